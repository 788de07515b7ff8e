import { html, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import { keysShown } from '../state/store.js';
import { keyText, namesOf } from './key-names.js';
import { keys } from './keys.js';

const mouse: readonly (readonly [keys: string, title: string])[] = [
  ['Wheel', 'Slices'],
  ['Ctrl+wheel', 'Zoom'],
  ['Shift+wheel', 'Size of the brush'],
  ['Right drag', 'Brightness and contrast'],
  ['Shift+drag', 'Move the image'],
  ['Middle drag', 'Move the image'],
  ['Ctrl+drag', 'Crosshair with any tool'],
  ['Double click', 'One view, or all'],
];

export function keysDialog(): TemplateResult {
  const isShown = keysShown.value;
  const show = (element: Element | undefined): void => {
    const dialog = element as HTMLDialogElement | undefined;
    if (isShown && dialog?.open === false) dialog.showModal();
    if (!isShown && dialog?.open === true) dialog.close();
  };
  return html`
    <dialog
      ${ref(show)}
      aria-labelledby="keys-title"
      @close=${() => (keysShown.value = false)}
      @keydown=${(event: KeyboardEvent) => {
        if (namesOf(event).includes('?')) keysShown.value = false;
      }}
    >
      <h2 id="keys-title">Keys</h2>
      <div class="keys">
        ${(['Work', 'Tools', 'Looking'] as const).map(
          (group) => html`
            <section>
              <h3>${group}</h3>
              ${table(keys.filter((key) => key.group === group).map(({ key, title }) => [keyText(key), title]))}
            </section>
          `,
        )}
        <section>
          <h3>Mouse</h3>
          ${table(mouse)}
        </section>
      </div>
      <form method="dialog"><button class="primary">Close</button></form>
    </dialog>
  `;
}

function table(rows: readonly (readonly [keys: string, title: string])[]): TemplateResult {
  return html`
    <dl>
      ${rows.map(
        ([name, title]) =>
          html`<div class="key">
            <dt><kbd>${name}</kbd></dt>
            <dd>${title}</dd>
          </div>`,
      )}
    </dl>
  `;
}
