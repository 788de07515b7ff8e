import { html, nothing, type TemplateResult } from 'lit-html';
import { dismiss } from '../state/messages.js';
import { message } from '../state/store.js';
import { icon } from './icons.js';

/** One message at a time. Both regions are always there, so that screen readers say what comes into them. */
export function messages(): TemplateResult {
  const now = message.value;
  return html`
    <div role="status" aria-live="polite">${now?.kind === 'note' ? shown() : nothing}</div>
    <div role="alert">${now?.kind === 'error' ? shown() : nothing}</div>
  `;
}

function shown(): TemplateResult | typeof nothing {
  const now = message.value;
  if (now === undefined) return nothing;
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
