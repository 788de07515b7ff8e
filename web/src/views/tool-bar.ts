import { html, nothing, type TemplateResult } from 'lit-html';
import { redo, undo } from '../state/editing.js';
import { isInteractive } from '../state/proposing.js';
import {
  brushIn3d,
  brushRadius,
  canRedo,
  canUndo,
  clickForeground,
  layout,
  openCase,
  protectOthers,
  rulers,
  threshold,
  tool,
  type Tool,
} from '../state/store.js';
import type { Layout } from '../viewer/panes.js';
import { icon, type Icon } from './icons.js';

const layouts: readonly (readonly [layout: Layout, title: string, key: string])[] = [
  ['grid', 'All', 'G'],
  ['axial', 'Axial', 'A'],
  ['coronal', 'Coronal', 'D'],
  ['sagittal', 'Sagittal', 'S'],
  ['render', '3-D', 'R'],
];

export function toolBar(): TemplateResult {
  const isOpen = openCase.value !== undefined;
  return html`
    <div class="group" role="group" aria-label="Tool">
      ${toolButton('look', 'Crosshair', 'V')} ${toolButton('brush', 'Brush', 'B')} ${toolButton('erase', 'Eraser', 'E')}
      ${toolButton('fill', 'Fill', 'F')} ${isInteractive.value ? toolButton('click', 'Click', 'C') : nothing}
      ${toolButton('measure', 'Measure', 'M')}
    </div>
    <div class="group">
      ${action('undo', 'Undo', 'Ctrl+Z', canUndo.value, undo)} ${action('redo', 'Redo', 'Ctrl+Y', canRedo.value, redo)}
    </div>
    <div class="group views" role="group" aria-label="View">
      ${layouts.map(
        ([name, title, key]) => html`
          <button
            type="button"
            aria-pressed=${layout.value === name}
            title="${title} (${key})"
            aria-keyshortcuts=${key}
            @click=${() => (layout.value = name)}
          >
            ${title}
          </button>
        `,
      )}
    </div>
    <div class="options">${isOpen ? options() : nothing}</div>
  `;
}

/** What the chosen tool can be told. */
function options(): TemplateResult | typeof nothing {
  switch (tool.value) {
    case 'brush':
      return html`${sizeOption()} ${in3dOption('3-D')} ${protectOption()} ${thresholdOption()}`;
    case 'erase':
      return html`${sizeOption()} ${in3dOption('3-D')} ${protectOption()}`;
    case 'fill':
      return html`${in3dOption('Through all slices')} ${protectOption()}`;
    case 'click':
      return clickOption();
    case 'measure':
      return html`<span class="hint-text">Drag from point to point.</span>
        <button type="button" ?disabled=${rulers.value.length === 0} @click=${() => (rulers.value = [])}>
          Clear
        </button>`;
    case 'look':
      return html`<span class="hint-text">Press or drag: the crosshair goes there, in all views.</span>`;
  }
}

function toolButton(name: Tool & Icon, title: string, key: string): TemplateResult {
  return html`
    <button
      type="button"
      class="tool"
      aria-pressed=${tool.value === name}
      title="${title} (${key})"
      aria-keyshortcuts=${key}
      @click=${() => (tool.value = name)}
    >
      ${icon(name)}<span>${title}</span>
    </button>
  `;
}

function action(name: Icon, title: string, key: string, enabled: boolean, run: () => void): TemplateResult {
  return html`
    <button type="button" ?disabled=${!enabled} aria-label=${title} title="${title} (${key})" @click=${run}>
      ${icon(name)}
    </button>
  `;
}

function sizeOption(): TemplateResult {
  return html`
    <label
      >Size
      <input
        type="range"
        min="0"
        max="100"
        step="1"
        title="Brush radius ([ and ], or Shift+wheel)"
        aria-valuetext="${brushRadius.value} mm"
        .value=${String(sliderOf(brushRadius.value))}
        @input=${(event: Event) => (brushRadius.value = radiusOf(Number((event.target as HTMLInputElement).value)))}
      />
      <output>${brushRadius.value} mm</output></label
    >
  `;
}

/** The slider runs from 0.5 to 100 mm, fine where brushes are small. */
function radiusOf(slider: number): number {
  return Math.round(0.5 * 200 ** (slider / 100) * 10) / 10;
}

function sliderOf(radius: number): number {
  return Math.round((Math.log(radius / 0.5) / Math.log(200)) * 100);
}

function in3dOption(title: string): TemplateResult {
  return checkbox(title, 'Key 3', brushIn3d.value, (on) => (brushIn3d.value = on));
}

function protectOption(): TemplateResult {
  return checkbox('Keep other labels', 'Never change voxels of other labels', protectOthers.value, (on) => {
    protectOthers.value = on;
  });
}

function thresholdOption(): TemplateResult {
  const { on, min, max } = threshold.value;
  const bound = (name: string, value: number, set: (value: number) => void): TemplateResult => html`
    <input
      type="number"
      class="bound"
      aria-label="${name} intensity"
      .value=${String(value)}
      @change=${(event: Event) => {
        const { valueAsNumber } = event.target as HTMLInputElement;
        if (Number.isFinite(valueAsNumber)) set(valueAsNumber);
      }}
    />
  `;
  return html`
    ${checkbox('Intensity range', 'Paint only within these intensities (T)', on, (next) => (threshold.value = { ...threshold.value, on: next }))}
    ${
      on
        ? html`${bound('Lowest', min, (value) => (threshold.value = { on, min: value, max }))}–${bound(
            'Highest',
            max,
            (value) => (threshold.value = { on, min, max: value }),
          )}`
        : nothing
    }
  `;
}

function clickOption(): TemplateResult {
  const choice = (title: string, foreground: boolean): TemplateResult => html`
    <button
      type="button"
      aria-pressed=${clickForeground.value === foreground}
      @click=${() => (clickForeground.value = foreground)}
    >
      ${title}
    </button>
  `;
  return html`
    <div class="group" role="group" aria-label="The click is">
      ${choice('Inside the label', true)} ${choice('Outside', false)}
    </div>
    <span class="hint-text">The model updates after each click. Undo takes the last one back.</span>
  `;
}

function checkbox(title: string, hint: string, on: boolean, set: (on: boolean) => void): TemplateResult {
  return html`
    <label title=${hint}
      ><input
        type="checkbox"
        .checked=${on}
        @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
      />${title}</label
    >
  `;
}
