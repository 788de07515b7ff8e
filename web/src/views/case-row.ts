/** One case in the list. With the keyboard the list is one stop: Tab comes to one row, arrows go to the others. */

import { computed } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit-html';
import { thumbnail } from '../api/server.js';
import { shownCases, type Case } from '../state/cases.js';
import { open } from '../state/opening.js';
import { loading, openCase } from '../state/store.js';

/** So much of the end of a long name stays in sight: there the names of a study differ. */
const [longName, tailLength] = [20, 8];

/** Of its own, so that the list is not rendered again with every part of a download. */
const shownId = computed(() => loading.value?.id ?? openCase.value?.id);

export function caseRow({ id, state, who, when, isVolume, problem }: Case, isReachable: boolean): TemplateResult {
  const isOpen = shownId.value === id;
  const cut = id.length > longName ? id.length - tailLength : id.length;
  return html`
    <li>
      <button
        type="button"
        class="case ${isOpen ? 'open' : ''}"
        tabindex=${isReachable ? 0 : -1}
        title=${[id, who, when?.toLocaleString(), problem].filter(Boolean).join('\n')}
        aria-current=${isOpen ? 'true' : nothing}
        @click=${() => void open(id)}
      >
        <span class="picture"
          >${isVolume ? html`<img alt="" loading="lazy" src=${thumbnail(id)} @error=${hide} />` : nothing}</span
        >
        <span class="name"><span class="head">${id.slice(0, cut)}</span><span>${id.slice(cut)}</span></span>
        <span class="line">
          <span class="state ${state.replace(' ', '-')}">${state}</span>
          <span class="who">${who}</span>
          <span>${when && shortTime(when)}</span>
        </span>
        ${problem === undefined ? nothing : html`<span class="problem">${problem}</span>`}
      </button>
    </li>
  `;
}

/** The row that Tab comes to: the open case, or else the first. */
export function reachableCase(): string | undefined {
  const shown = shownCases.value;
  return (shown.find(({ id }) => id === shownId.value) ?? shown[0])?.id;
}

/** The arrow keys go through the rows here, not through the slices. */
export function walkCases(event: KeyboardEvent): void {
  const rows = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('.case')];
  const now = rows.indexOf(event.target as HTMLElement);
  const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  rows[Math.min(Math.max(to, 0), rows.length - 1)]?.focus();
}

function shortTime(when: Date): string {
  const isToday = when.toDateString() === new Date().toDateString();
  return isToday
    ? when.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : when.toLocaleDateString([], { year: '2-digit', month: '2-digit', day: '2-digit' });
}

function hide(event: Event): void {
  (event.target as HTMLImageElement).hidden = true;
}
