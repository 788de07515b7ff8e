import { html, nothing, type TemplateResult } from 'lit-html';
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
  return html`
    <div class="card welcome">
      <p><strong>Next case</strong> brings an image. A model proposes, you correct, then you submit.</p>
      <p class="hint-text">Every submitted label teaches the model. Press <kbd>?</kbd> for the keys.</p>
    </div>
  `;
}
