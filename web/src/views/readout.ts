import { html, nothing, type TemplateResult } from 'lit-html';
import type { Vec3 } from '../labelmap/grid.js';
import { viewer } from '../state/stage.js';
import {
  crosshair,
  drafts,
  hasUnsavedWork,
  keptRevision,
  labels,
  openCase,
  revision,
  submission,
} from '../state/store.js';
import { toMillimetres } from '../viewer/geometry.js';

/** The line under the image: where the crosshair is, and where the work is. */
export function readout(): TemplateResult | typeof nothing {
  const opened = openCase.value;
  if (opened === undefined) return nothing;
  const millimetres = toMillimetres(crosshair.value, opened.geometry);
  const image = viewer()?.image;
  const value = image?.valueAt(crosshair.value) ?? NaN;
  return html`
    <span class="case-name" title=${opened.id}>${opened.id}</span>
    ${image?.isOriented === false ? place(millimetres) : sides(millimetres)}
    <span>${Number.isFinite(value) ? Number(value.toPrecision(5)) : '–'}${opened.isCt ? ' HU' : ''}</span>
    <span>${labelHere(opened.geometry.grid.size)}</span>
    <span class="work-state">${workState(opened.id)}</span>
  `;
}

function sides(millimetres: Vec3): TemplateResult {
  const letters = ['RL', 'AP', 'SI'] as const;
  const position = millimetres.map((value, axis) => {
    return `${letters[axis]![value >= 0 ? 0 : 1]} ${Math.abs(value).toFixed(1)}`;
  });
  return html`<span title="Position of the crosshair: right or left, anterior or posterior, superior or inferior"
    >${position.join('  ')} mm</span
  >`;
}

function place(millimetres: Vec3): TemplateResult {
  return html`<span title="The file does not say how the image lies in the patient"
    >${millimetres.map((value) => value.toFixed(1)).join('  ')} mm</span
  >`;
}

function labelHere([width, height]: readonly [number, number, number]): string {
  // Read again after each change of the drawing.
  void revision.value;
  const [x, y, z] = crosshair.value;
  const value = viewer()?.drawing[x + width * (y + height * z)] ?? 0;
  return labels.value[value - 1]?.name ?? '';
}

function workState(id: string): TemplateResult | string {
  const sent = submission.value;
  if (sent.state === 'sending') {
    return html`Sending <progress max="1" .value=${sent.part} aria-label="Sending the label"></progress>`;
  }
  if (sent.state === 'failed' && hasUnsavedWork.value) return html`<span class="bad">Not submitted, kept here</span>`;
  if (hasUnsavedWork.value) {
    const isKept = keptRevision.value === revision.value && drafts.value.has(id);
    return isKept ? 'Not submitted yet, kept in this browser' : 'Keeping …';
  }
  if (sent.state === 'stored') {
    return html`<span class="good">Stored on the server at ${sent.at.toLocaleTimeString()}</span>`;
  }
  return 'No changes';
}
