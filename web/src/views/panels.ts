/** The panels at the sides. A narrow window has room for one at a time, over the image. */

import { effect } from '@preact/signals-core';
import { html, type TemplateResult } from 'lit-html';
import { loading, openCase, panels } from '../state/store.js';

export type Panel = 'cases' | 'side';

/** As in styles/layout.css. */
const wide = matchMedia('(min-width: 1000px)');

/** Call once. */
export function connectPanels(): void {
  const work = document.getElementById('work')!;
  const fit = (): void => {
    panels.value = wide.matches ? { cases: true, side: true } : { cases: openCase.peek() === undefined, side: false };
  };
  fit();
  wide.addEventListener('change', fit);
  effect(() => {
    work.classList.toggle('no-cases', !panels.value.cases);
    work.classList.toggle('no-side', !panels.value.side);
  });
  // What was chosen there is under the panel.
  effect(() => {
    if (loading.value !== undefined && !wide.matches) panels.value = { cases: false, side: false };
  });
}

export function panelButton(panel: Panel, title: string): TemplateResult {
  const isShown = panels.value[panel];
  return html`
    <button
      type="button"
      class="panel-button"
      aria-expanded=${isShown}
      aria-controls=${panel}
      title="${isShown ? 'Hide' : 'Show'} the panel"
      @click=${() => toggle(panel)}
    >
      ${title}
    </button>
  `;
}

function toggle(panel: Panel): void {
  const others = wide.matches ? panels.value : { cases: false, side: false };
  panels.value = { ...others, [panel]: !panels.value[panel] };
}
