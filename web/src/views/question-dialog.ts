import { html, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { questions } from '../state/questions.js';

/** The question that has to be answered first. */
export function questionDialog(): TemplateResult {
  const question = questions.value[0];
  const show = (element: Element | undefined): void => {
    const dialog = element as HTMLDialogElement | undefined;
    if (question !== undefined && dialog?.open === false) dialog.showModal();
    if (question === undefined && dialog?.open === true) dialog.close();
  };
  return html`
    <dialog
      ${ref(show)}
      class="question"
      aria-labelledby="question-text"
      @close=${({ target }: Event) => {
        // A question that came since has opened it again.
        if (!(target as HTMLDialogElement).open) question?.answered(undefined);
      }}
    >
      <p id="question-text">${question?.text}</p>
      <div class="row">
        ${question?.choices.map(
          ({ answer, title }, index) => html`
            <button type="button" class=${index === 0 ? 'primary' : ''} @click=${() => question.answered(answer)}>
              ${title}
            </button>
          `,
        )}
      </div>
    </dialog>
  `;
}
