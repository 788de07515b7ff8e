import { html, type TemplateResult } from 'lit-html';
import { ctWindows } from '../state/looking.js';
import { intensityWindow, openCase } from '../state/store.js';

/** Brightness and contrast. */
export function imagePanel(): TemplateResult {
  const opened = openCase.value;
  return html`
    <section class="panel" aria-labelledby="image-title">
      <h2 id="image-title">Image</h2>
      ${
        opened === undefined
          ? html`<p class="hint-text">Brightness and contrast of the open case.</p>`
          : html`
              <div class="presets" role="group" aria-label="Intensity window">
                ${opened.isCt ? ctWindows.map(([name, low, high]) => preset(name, low, high)) : ''}
                ${preset('2–98 %', ...opened.percentileWindow)}
              </div>
              <div class="row">${bound('From', 0)} ${bound('to', 1)}</div>
            `
      }
    </section>
  `;
}

function preset(name: string, low: number, high: number): TemplateResult {
  const [nowLow, nowHigh] = intensityWindow.value;
  return html`
    <button
      type="button"
      aria-pressed=${nowLow === low && nowHigh === high}
      title="${name}: ${round(low)} to ${round(high)}"
      @click=${() => (intensityWindow.value = [low, high])}
    >
      ${name}
    </button>
  `;
}

function bound(title: string, end: 0 | 1): TemplateResult {
  return html`
    <label
      >${title}
      <input
        type="number"
        class="bound"
        step="any"
        .value=${String(round(intensityWindow.value[end]))}
        @change=${(event: Event) => set(end, Number((event.target as HTMLInputElement).value))}
    /></label>
  `;
}

function set(end: 0 | 1, value: number): void {
  const [low, high] = intensityWindow.value;
  const next: [number, number] = end === 0 ? [value, high] : [low, value];
  if (next[0] < next[1]) intensityWindow.value = next;
}

function round(value: number): number {
  return Math.abs(value) >= 10 ? Math.round(value) : Number(value.toPrecision(3));
}
