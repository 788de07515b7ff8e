import { html, nothing, type TemplateResult } from 'lit-html';
import type { Options } from '../api/server.js';
import { labelledCount } from '../state/cases.js';
import { isTraining, secondsLeft, stats, stop, train, trainedModel } from '../state/training.js';
import { history, info, trainer, training } from '../state/store.js';
import { plot } from './plot.js';

/** What people change; the rest of a trainer's settings go as the server gave them. */
const shownSettings = ['max_epochs', 'val_split', 'early_stop_patience', 'pretrained'] as const;

export function trainingPanel(): TemplateResult {
  const trainers = Object.keys(info.value?.trainers ?? {});
  return html`
    <section class="panel" aria-labelledby="training-title">
      <h2 id="training-title">Training</h2>
      ${
        trainers.length === 0
          ? html`<p class="hint-text">This server has no model that can be trained.</p>`
          : html`${isTraining.value ? running() : starting(trainers)} ${outcome()}`
      }
      ${history.value.length > 0 ? plot(history.value) : nothing}
    </section>
  `;
}

function starting(trainers: readonly string[]): TemplateResult {
  const config = info.value?.trainers[trainer.value]?.config ?? {};
  return html`
    <form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        void train(settingsOf(event.target as HTMLFormElement, config));
      }}
    >
      <label class="row"
        >Model
        <select @change=${(event: Event) => (trainer.value = (event.target as HTMLSelectElement).value)}>
          ${trainers.map((name) => html`<option ?selected=${name === trainer.value}>${name}</option>`)}
        </select></label
      >
      <details>
        <summary>Settings</summary>
        ${shownSettings.filter((name) => name in config).map((name) => setting(name, config[name]!))}
      </details>
      <div class="row">
        <button type="submit" ?disabled=${labelledCount.value === 0}>Train</button>
        <span class="hint-text"
          >on ${labelledCount.value} labelled ${labelledCount.value === 1 ? 'case' : 'cases'}</span
        >
      </div>
    </form>
  `;
}

function setting(name: string, value: Options[string]): TemplateResult {
  const title = name.replaceAll('_', ' ');
  if (typeof value === 'boolean') {
    return html`<label class="row">${title}<input type="checkbox" name=${name} ?checked=${value} /></label>`;
  }
  return html`<label class="row"
    >${title}<input type="number" step="any" class="bound" name=${name} value=${Number(value)}
  /></label>`;
}

function settingsOf(form: HTMLFormElement, config: Options): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const name of Object.keys(config)) {
    const input = form.elements.namedItem(name);
    if (!(input instanceof HTMLInputElement)) continue;
    settings[name] = input.type === 'checkbox' ? input.checked : input.valueAsNumber;
  }
  return settings;
}

function running(): TemplateResult {
  const now = stats.value;
  const seconds = secondsLeft.value;
  const isFirst = seconds === undefined;
  return html`
    <p>${trainedModel.value} is learning${isFirst ? ': preparing …' : ''}</p>
    <progress
      aria-label="Epochs"
      max=${now?.total_epochs ?? 1}
      value=${isFirst ? nothing : String(now?.epoch ?? 0)}
    ></progress>
    <div class="row">
      <span>${isFirst ? '' : `Epoch ${now?.epoch} of ${now?.total_epochs}, ${duration(seconds)} left`}</span>
      <button type="button" @click=${() => void stop()}>Stop</button>
    </div>
  `;
}

function outcome(): TemplateResult | typeof nothing {
  const task = training.value;
  if (task === undefined || isTraining.value) return nothing;
  const last = task.details?.at(-1) ?? '';
  switch (task.status) {
    case 'ERROR':
      return html`<p class="bad" role="alert">The training failed: ${last}</p>`;
    case 'STOPPED':
      return html`<p>The training was stopped; the best version so far is in use.</p>`;
    case 'DONE': {
      const best = stats.value?.best_metric;
      return html`<p class="good">Training is done${best === undefined ? '' : `, best Dice ${best.toFixed(3)}`}.</p>`;
    }
    case 'SUBMITTED':
    case 'RUNNING':
      return nothing;
  }
}

function duration(seconds: number): string {
  if (seconds < 90) return `about ${Math.max(Math.round(seconds / 5) * 5, 5)} s`;
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} min` : `about ${(seconds / 3600).toFixed(1)} h`;
}
