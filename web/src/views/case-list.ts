import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { cases, shownCases } from '../state/cases.js';
import { connection, info, search, stateFilter, strategy, uploads } from '../state/store.js';
import { upload } from '../state/uploading.js';
import { caseRow, reachableCase, walkCases } from './case-row.js';
import { progress } from './steps.js';

const states = ['all', 'new', 'proposed', 'in work', 'labelled', 'with a problem'] as const;

export function caseList(): TemplateResult {
  const reachable = reachableCase();
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
    <ul class="cases" @keydown=${walkCases}>
      ${repeat(
        shownCases.value,
        ({ id }) => id,
        (each) => caseRow(each, each.id === reachable),
      )}
    </ul>
    ${emptyHint()} ${info.value === undefined ? nothing : html`<p class="progress-text">${progress.value}</p>`}
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
  return shownCases.value.length === 0 ? html`<p class="hint-text">No matching cases.</p>` : nothing;
}

function chooseFiles(event: Event): void {
  const input = event.target as HTMLInputElement;
  const files = [...(input.files ?? [])];
  input.value = '';
  void upload(files);
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
