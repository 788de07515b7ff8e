import { html, nothing, type TemplateResult } from 'lit-html';
import { labelledCount, cases } from '../state/cases.js';
import { openNext } from '../state/opening.js';
import { chosenModel, propose } from '../state/proposing.js';
import {
  busy,
  connection,
  hasUnsavedWork,
  info,
  keysShown,
  loading,
  openCase,
  proposal,
  proposing,
  storedCases,
  submission,
  user,
} from '../state/store.js';
import { submit } from '../state/submitting.js';

type Step = 'next' | 'propose' | 'submit' | undefined;

/** The line at the top: the way through a case, with the step that comes now in colour. */
export function bar(): TemplateResult {
  return html`
    <h1>MONAI <span>Label</span></h1>
    <nav aria-label="The way through a case">${steps()}</nav>
    <div class="end">
      ${progress()} ${connectionState()}
      <label class="user"
        >Your name
        <input
          type="text"
          autocomplete="name"
          maxlength="60"
          .value=${user.value}
          @change=${(event: Event) => setUser((event.target as HTMLInputElement).value)}
      /></label>
      <button
        type="button"
        aria-label="Keys"
        aria-keyshortcuts="?"
        title="Keys (?)"
        @click=${() => (keysShown.value = true)}
      >
        ?
      </button>
    </div>
  `;
}

function steps(): TemplateResult {
  const now = stepNow();
  const isOpen = openCase.value !== undefined;
  const isSending = submission.value.state === 'sending';
  const button = (step: Step, title: string, keys: string, enabled: boolean, run: () => void): TemplateResult => html`
    <button
      type="button"
      class=${step === now ? 'primary' : ''}
      ?disabled=${!enabled}
      aria-current=${step === now ? 'step' : nothing}
      aria-keyshortcuts=${keys}
      title="${title} (${keys.replace('Control', 'Ctrl')})"
      @click=${run}
    >
      ${title}
    </button>
  `;
  const arrow = html`<span class="arrow" aria-hidden="true">›</span>`;
  return html`
    ${button('next', 'Next case', 'N', busy.value === undefined && !isSending, () => void openNext())} ${arrow}
    ${button(
      'propose',
      'Propose',
      'P',
      isOpen && proposing.value === undefined && chosenModel.value !== undefined,
      () => {
        void propose();
      },
    )}
    ${arrow}
    <span class="hint ${now === 'submit' ? 'now' : ''}">Correct</span>
    ${arrow}
    ${button('submit', isSending ? 'Sending …' : 'Submit', 'Control+Enter', isOpen && !isSending, () => void submit())}
  `;
}

/** What a person most likely wants to do now. */
function stepNow(): Step {
  const opened = openCase.value;
  if (loading.value !== undefined || proposing.value !== undefined || submission.value.state === 'sending')
    return undefined;
  if (opened === undefined || (submission.value.state === 'stored' && !hasUnsavedWork.value)) return 'next';
  const hasLabel = Object.keys(storedCases.value[opened.id]?.labels ?? {}).length > 0;
  const isUntouched = !hasUnsavedWork.value && proposal.value === undefined && !hasLabel;
  return isUntouched && chosenModel.value !== undefined ? 'propose' : 'submit';
}

function progress(): TemplateResult | typeof nothing {
  const [done, total] = [labelledCount.value, cases.value.length];
  if (info.value === undefined) return nothing;
  return html`<span class="progress-text">${done} of ${total} labelled</span>`;
}

function connectionState(): TemplateResult {
  const words = { connecting: 'Connecting …', online: 'Connected', offline: 'Server away' }[connection.value];
  return html`<span class="connection ${connection.value}" title=${info.value?.name ?? ''}>${words}</span>`;
}

function setUser(name: string): void {
  user.value = name.trim();
  localStorage.setItem('user', user.value);
}
