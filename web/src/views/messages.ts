import { html, nothing, type TemplateResult } from 'lit-html';
import { dismiss, shownMessage } from '../state/messages.js';
import { viewer } from '../state/stage.js';
import { openCase, type Message } from '../state/store.js';
import { icon } from './icons.js';

const mouseHint =
  'Wheel: slices · Right drag: brightness · Ctrl+wheel: zoom · Shift+drag: move · Double click: one view';

/** One message at a time. Both regions are always there, so that screen readers say what comes into them. */
export function messages(): TemplateResult {
  const now = shownMessage.value;
  return html`
    <div role="status" aria-live="polite">
      ${now?.kind === 'note' ? shown(now) : now === undefined ? standing() : nothing}
    </div>
    <div role="alert">${now?.kind === 'error' ? shown(now) : nothing}</div>
  `;
}

/** What is true of the open case for as long as it is open, or else how to move in it. */
function standing(): TemplateResult | typeof nothing {
  if (openCase.value === undefined) return nothing;
  const count = viewer()?.image?.notFinite ?? 0;
  if (count === 0) return html`<p class="hint-text">${mouseHint}</p>`;
  const voxels =
    count === 1
      ? '1 voxel of this image is no number; it is'
      : `${count} voxels of this image are no numbers; they are`;
  return html`<div class="message"><span>${voxels} shown as the lowest value.</span></div>`;
}

function shown(now: Message): TemplateResult {
  return html`
    <div class="message ${now.kind}">
      <span>${now.text}</span>
      ${
        now.action &&
        html`<button
          type="button"
          @click=${() => {
            dismiss();
            now.action?.run();
          }}
        >
          ${now.action.title}
        </button>`
      }
      <button type="button" class="plain" aria-label="Close" @click=${dismiss}>${icon('close')}</button>
    </div>
  `;
}
