import { html, nothing, type TemplateResult } from 'lit-html';
import type { Notice } from '../state/case-session.js';
import { open } from '../state/opening.js';
import type { Unsent } from '../state/outbox.js';
import { outbox, session } from '../state/store.js';
import { sendAgain } from '../state/submitting.js';
import { icon } from './icons.js';

/** What stays said: labels that could not be stored, and what has to be known of the open case. */
export function notices(): TemplateResult | typeof nothing {
  const now = session.value;
  const ofCase = now?.notices.value ?? [];
  const unsent = outbox.unsent.value;
  if (ofCase.length + unsent.length === 0) return nothing;
  return html`
    <section class="panel" aria-label="Notices">
      ${unsent.map(unsentLabel)} ${ofCase.map((notice) => ofOpenCase(notice, () => now?.dismiss(notice.about)))}
    </section>
  `;
}

function unsentLabel({ id, reason, session: mine }: Unsent): TemplateResult {
  return html`
    <div class="notice" role="alert">
      <p class="bad">The label of ${id} was not stored: ${reason}</p>
      ${
        mine === undefined
          ? nothing
          : html`<button type="button" @click=${() => void sendAgain(mine)}>Try again</button>`
      }
      <button type="button" @click=${() => void open(id)}>Open it</button>
    </div>
  `;
}

function ofOpenCase({ kind, text, actions = [] }: Notice, dismiss: () => void): TemplateResult {
  return html`
    <div class="notice" role=${kind === 'error' ? 'alert' : 'status'}>
      <p class=${kind === 'error' ? 'bad' : ''}>${text}</p>
      ${actions.map(({ title, run }) => html`<button type="button" @click=${run}>${title}</button>`)}
      <button type="button" class="plain" aria-label="Close" @click=${dismiss}>${icon('close')}</button>
    </div>
  `;
}
