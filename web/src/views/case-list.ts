import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { thumbnail } from '../api/server.js';
import { cases, shownCases, type Case } from '../state/cases.js';
import { open } from '../state/opening.js';
import { connection, info, loading, openCase, search, stateFilter, strategy, uploads } from '../state/store.js';
import { upload } from '../state/uploading.js';

const states = ['all', 'new', 'proposed', 'in work', 'labelled'] as const;

export function caseList(): TemplateResult {
  return html`
    <div class="panel-head">
      <h2>Cases</h2>
      <label class="button">
        Add images
        <input type="file" multiple accept=".nii,.gz,.nrrd" class="unseen" @change=${chooseFiles} />
      </label>
    </div>
    <div class="filters">
      <input
        type="search"
        aria-label="Search cases"
        placeholder="Search"
        .value=${search.value}
        @input=${(event: Event) => (search.value = (event.target as HTMLInputElement).value)}
      />
      <select
        aria-label="Show cases that are"
        @change=${(event: Event) => {
          stateFilter.value = (event.target as HTMLSelectElement).value as (typeof states)[number];
        }}
      >
        ${states.map((state) => html`<option ?selected=${state === stateFilter.value}>${state}</option>`)}
      </select>
    </div>
    ${strategyChoice()} ${uploads.value.map(uploadRow)}
    <ul class="cases" tabindex="-1">
      ${repeat(shownCases.value, ({ id }) => id, row)}
    </ul>
    ${emptyHint()}
  `;
}

function strategyChoice(): TemplateResult | typeof nothing {
  const strategies = Object.entries(info.value?.strategies ?? {});
  if (strategies.length < 2) return nothing;
  return html`
    <label class="row"
      >Next case by
      <select @change=${(event: Event) => (strategy.value = (event.target as HTMLSelectElement).value)}>
        ${strategies.map(([name, { description }]) => {
          return html`<option value=${name} title=${description} ?selected=${name === strategy.value}>${name}</option>`;
        })}
      </select></label
    >
  `;
}

function row({ id, state, who, when, isVolume }: Case): TemplateResult {
  const isOpen = openCase.value?.id === id || loading.value?.id === id;
  return html`
    <li>
      <button
        type="button"
        class="case ${isOpen ? 'open' : ''}"
        aria-current=${isOpen ? 'true' : nothing}
        @click=${() => void open(id)}
      >
        <span class="picture"
          >${isVolume ? html`<img alt="" loading="lazy" src=${thumbnail(id)} @error=${hide} />` : nothing}</span
        >
        <span class="name">${id}</span>
        <span class="state ${state.replace(' ', '-')}">${state}</span>
        <span class="when">${[who, when && shortTime(when)].filter(Boolean).join(' · ')}</span>
      </button>
    </li>
  `;
}

function uploadRow({ name, part }: { name: string; part: number }): TemplateResult {
  return html`
    <div class="upload">
      <span>${name}</span>
      <progress max="1" .value=${part} aria-label="Adding ${name}"></progress>
    </div>
  `;
}

function emptyHint(): TemplateResult | typeof nothing {
  if (info.value === undefined) {
    return connection.value === 'offline'
      ? html`<p class="hint-text">The server does not answer. This list fills as soon as it does.</p>`
      : nothing;
  }
  if (cases.value.length === 0) {
    return html`<p class="hint-text">No images yet. Drop NIfTI or NRRD files anywhere on this page.</p>`;
  }
  return shownCases.value.length === 0 ? html`<p class="hint-text">No case matches.</p>` : nothing;
}

function shortTime(when: Date): string {
  const isToday = when.toDateString() === new Date().toDateString();
  return isToday
    ? when.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : when.toLocaleDateString([], { year: '2-digit', month: '2-digit', day: '2-digit' });
}

function chooseFiles(event: Event): void {
  const input = event.target as HTMLInputElement;
  const files = [...(input.files ?? [])];
  input.value = '';
  void upload(files);
}

function hide(event: Event): void {
  (event.target as HTMLImageElement).hidden = true;
}

/** Files may be dropped anywhere on the page. */
export function connectDrop(): void {
  window.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('dropping');
  });
  for (const end of ['dragleave', 'drop'] as const) {
    window.addEventListener(end, (event) => {
      if (end === 'drop' || event.relatedTarget === null) document.body.classList.remove('dropping');
    });
  }
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    void upload([...(event.dataTransfer?.files ?? [])]);
  });
}
