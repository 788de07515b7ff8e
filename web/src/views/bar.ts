import { html, nothing, type TemplateResult } from 'lit-html';
import { isInteractive } from '../state/proposing.js';
import { connection, info, keysShown, openCase, submission, tool, user } from '../state/store.js';
import { submit } from '../state/submitting.js';
import { panelButton } from './panels.js';
import { askForProposal, goToNext, nextObstacle, proposeObstacle, startClicking, stepNow, type Step } from './steps.js';

interface StepButton {
  readonly step: Step;
  readonly title: string;
  readonly key: string;
  /** Why it is off; undefined where it is on. */
  readonly obstacle: string | undefined;
  readonly run: () => void;
}

/** The line at the top: the way through a case, with the step that comes now in colour. */
export function bar(): TemplateResult {
  return html`
    ${panelButton('cases', 'Cases')}
    <h1>MONAI <span>Label</span></h1>
    <nav aria-label="Steps of a case">${steps()}</nav>
    <div class="end">
      ${connectionState()}
      <label class="user"
        ><span>Your name</span>
        <input
          type="text"
          placeholder="Your name"
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
      ${panelButton('side', 'Labels')}
    </div>
  `;
}

function steps(): TemplateResult {
  const isSending = submission.value.state === 'sending';
  const submitObstacle = openCase.value === undefined ? 'Open a case first' : isSending ? 'Sending …' : undefined;
  const clickObstacle = openCase.value === undefined ? 'Open a case first' : undefined;
  const next = stepButton({
    step: 'next',
    title: 'Next case',
    key: 'N',
    obstacle: nextObstacle.value,
    run: goToNext,
  });
  const click = stepButton({
    step: 'click',
    title: 'Click in the image',
    key: 'C',
    obstacle: clickObstacle,
    run: startClicking,
  });
  const proposal = stepButton({
    step: 'propose',
    title: 'Propose',
    key: 'P',
    obstacle: proposeObstacle.value,
    run: askForProposal,
  });
  const last = stepButton({
    step: 'submit',
    title: isSending ? 'Sending …' : 'Submit',
    key: 'Control+Enter',
    obstacle: submitObstacle,
    run: () => void submit(),
  });
  const arrow = html`<span class="arrow" aria-hidden="true">›</span>`;
  return html`
    ${next} ${arrow} ${isInteractive.value ? html`${click} ${arrow}` : nothing} ${proposal} ${arrow}
    <span class="hint ${stepNow.value === 'submit' ? 'now' : ''}">Correct</span>
    ${arrow} ${last}
  `;
}

function stepButton({ step, title, key, obstacle, run }: StepButton): TemplateResult {
  const isNow = step === stepNow.value;
  return html`
    <button
      type="button"
      class=${isNow ? 'primary' : ''}
      ?disabled=${obstacle !== undefined}
      aria-current=${isNow ? 'step' : nothing}
      aria-pressed=${step === 'click' ? tool.value === 'click' : nothing}
      aria-keyshortcuts=${key}
      title=${obstacle ?? `${title} (${key.replace('Control', 'Ctrl')})`}
      @click=${run}
    >
      ${title}
    </button>
  `;
}

function connectionState(): TemplateResult {
  const words = { connecting: 'Connecting …', online: 'Connected', offline: 'No connection' }[connection.value];
  return html`<span class="connection ${connection.value}" title=${info.value?.name ?? ''}>${words}</span>`;
}

function setUser(name: string): void {
  user.value = name.trim();
  localStorage.setItem('user', user.value);
}
