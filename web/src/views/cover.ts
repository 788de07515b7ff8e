import { html, nothing, type TemplateResult } from 'lit-html';
import { cases } from '../state/cases.js';
import { busy, info, loading, openCase } from '../state/store.js';

/** What lies over the image while there is none. */
export function cover(): TemplateResult | typeof nothing {
  if (loading.value !== undefined) {
    const { id, stage, part } = loading.value;
    // The first slices are there already while the rest is prepared.
    if (stage === 'prepare') return html`<progress class="strip" aria-label="Preparing ${id}"></progress>`;
    return html`
      <div class="card">
        <p>Fetching ${id} …</p>
        <progress max="1" value=${part ?? nothing} aria-label="Fetching the image"></progress>
      </div>
    `;
  }
  if (openCase.value !== undefined) return nothing;
  if (busy.value !== undefined) {
    return html`<div class="card">
      <p>${busy.value} …</p>
      <progress aria-label=${busy.value}></progress>
    </div>`;
  }
  if (info.value === undefined) return nothing;
  const start =
    cases.value.length === 0
      ? html`<p><strong>Drop images here</strong>, NIfTI or NRRD files, or press <strong>Add images</strong>.</p>`
      : html`<p><strong>Next case</strong> opens an image. A model proposes, you correct it, then you submit.</p>`;
  return html`
    <div class="card welcome">
      ${start}
      <p class="hint-text">The model learns from every label you submit. Press <kbd>?</kbd> for the keys.</p>
    </div>
  `;
}
