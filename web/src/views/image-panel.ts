import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { ctWindows, rounded } from '../state/looking.js';
import { intensityWindow, openCase, showsRender } from '../state/store.js';

/** Brightness and contrast, and the 3-D view. */
export function imagePanel(): TemplateResult {
  return html`
    <section class="panel" aria-labelledby="image-title">
      <h2 id="image-title">Image</h2>
      ${openCase.value === undefined ? html`<p class="hint-text">Brightness and contrast of the open case.</p>` : windows()}
      <label
        ><input
          type="checkbox"
          .checked=${showsRender.value}
          @change=${(event: Event) => (showsRender.value = (event.target as HTMLInputElement).checked)}
        />3-D view beside the slices</label
      >
    </section>
  `;
}

function windows(): TemplateResult {
  const { isCt, percentileWindow } = openCase.value!;
  const [low, high] = intensityWindow.value;
  const [level, width] = [(low + high) / 2, high - low];
  return html`
    <div class="presets" role="group" aria-label="Intensity window">
      ${isCt ? ctWindows.map(([name, from, to]) => preset(name, from, to)) : nothing}
      ${preset('2–98 %', ...percentileWindow)}
    </div>
    <div class="bounds">
      ${field('Level', level, (to) => show(to - width / 2, to + width / 2))}
      ${field('Width', width, (to) => show(level - to / 2, level + to / 2))}
      ${field('From', low, (to) => show(to, high))} ${field('To', high, (to) => show(low, to))}
    </div>
  `;
}

function preset(name: string, low: number, high: number): TemplateResult {
  const [nowLow, nowHigh] = intensityWindow.value;
  return html`
    <button
      type="button"
      aria-pressed=${nowLow === low && nowHigh === high}
      title="Level ${rounded((low + high) / 2)}, width ${rounded(high - low)}: from ${rounded(low)} to ${rounded(high)}"
      @click=${() => show(low, high)}
    >
      ${name}
    </button>
  `;
}

function field(title: string, value: number, set: (value: number) => void): TemplateResult {
  const change = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    if (Number.isFinite(input.valueAsNumber)) set(input.valueAsNumber);
    // What was not taken does not stay in the field.
    const now = intensityWindow.value;
    intensityWindow.value = [...now];
  };
  return html`
    <label>${title}<input type="number" step="any" .value=${live(String(rounded(value)))} @change=${change} /></label>
  `;
}

function show(low: number, high: number): void {
  if (low < high) intensityWindow.value = [low, high];
}
