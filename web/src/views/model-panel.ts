import { html, nothing, type TemplateResult } from 'lit-html';
import { chooseModel, chosenModel, isInteractive, propose, stopProposing } from '../state/proposing.js';
import { newModelScores } from '../state/training.js';
import { clicks, info, model, newModel, openCase, proposal, proposing } from '../state/store.js';

export function modelPanel(): TemplateResult {
  return html`
    <section class="panel" aria-labelledby="model-title">
      <h2 id="model-title">Proposal</h2>
      ${
        Object.keys(info.value?.models ?? {}).length === 0
          ? html`<p class="hint-text">This server has no model that can propose.</p>`
          : choice()
      }
      ${outcome()} ${renewal()}
    </section>
  `;
}

function choice(): TemplateResult {
  return html`
    <label class="row"
      >Model
      <select @change=${(event: Event) => chooseModel((event.target as HTMLSelectElement).value)}>
        ${Object.entries(info.value?.models ?? {}).map(([name, { description }]) => {
          return html`<option value=${name} title=${description} ?selected=${name === model.value}>${name}</option>`;
        })}
      </select></label
    >
    <p class="hint-text">${chosenModel.value?.description ?? ''}</p>
    ${isInteractive.value ? interaction() : nothing}
  `;
}

function interaction(): TemplateResult {
  const count = clicks.value.length;
  return html` <p>${count === 0 ? 'No clicks yet' : `${count} ${count === 1 ? 'click' : 'clicks'}`}</p> `;
}

function outcome(): TemplateResult | typeof nothing {
  if (proposing.value !== undefined) {
    return html`
      <div class="working">
        <span>${proposing.value.model} is at work …</span>
        <progress aria-label="The model is at work"></progress>
        <button type="button" @click=${stopProposing}>Stop</button>
      </div>
    `;
  }
  if (proposal.value === undefined) return nothing;
  return html`<p class="good">Proposed in ${proposal.value.seconds.toFixed(1)} s</p>`;
}

function renewal(): TemplateResult | typeof nothing {
  const name = newModel.value;
  if (name === undefined || openCase.value === undefined || proposing.value !== undefined) return nothing;
  return html`
    <div class="notice" role="status">
      <p>A new version of ${name} (${newModelScores.value}) is ready.</p>
      <button
        type="button"
        @click=${() => {
          chooseModel(name);
          void propose();
        }}
      >
        Propose again
      </button>
      <button type="button" @click=${() => (newModel.value = undefined)}>Later</button>
    </div>
  `;
}
