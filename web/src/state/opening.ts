/** Opens a case: its image, and upon it what was last done to it here, on the server, or by a model. */

import { batch } from '@preact/signals-core';
import { downloadImage, downloadLabel, nextCase } from '../api/server.js';
import type { Vec3 } from '../labelmap/grid.js';
import type { LoadedImage } from '../viewer/image.js';
import type { ImageGeometry } from '../viewer/geometry.js';
import { clientId } from './cases.js';
import { beginEditing, endEditing, endStroke } from './editing.js';
import { discardDraft, draftOf, keepCase, stopKeeping } from './keeping.js';
import { foregroundNames, newLabels, storedNames } from './labels.js';
import { dismiss, note, report } from './messages.js';
import { stopProposing } from './proposing.js';
import { labelVoxels, sameSize } from './stored-label.js';
import { whenViewer } from './stage.js';
import {
  activeLabel,
  busy,
  clicks,
  crosshair,
  hasUnsavedWork,
  info,
  intensityWindow,
  keptRevision,
  labels,
  loading,
  openCase,
  proposal,
  revision,
  rulers,
  savedRevision,
  storedCases,
  strategy,
  submission,
  tool,
  type OpenCase,
} from './store.js';

let opening: AbortController | undefined;

/** Asks the server which case comes next and opens it. */
export async function openNext(): Promise<void> {
  busy.value = 'Asking for the next case';
  try {
    const id = await nextCase(strategy.value, clientId());
    if (id === undefined) note('Every case is labelled. Open one from the list to review it, or add images.');
    else await open(id);
  } catch (error) {
    report('No next case', error, () => void openNext());
  } finally {
    busy.value = undefined;
  }
}

/** What was open is kept as it is; opening something else meanwhile stops this. */
export async function open(id: string): Promise<void> {
  opening?.abort();
  const mine = (opening = new AbortController());
  try {
    await close();
    loading.value = { id, stage: 'download', part: undefined };
    const image = await downloadImage(id, ({ done, total }) => showProgress(id, done, total), mine.signal);
    loading.value = { id, stage: 'prepare', part: undefined };
    const viewer = await whenViewer();
    mine.signal.throwIfAborted();
    const format = formatOf(image.name, id);
    // NiiVue changes the bytes of a header in the other byte order.
    const header = image.bytes.slice(0, 544);
    const shown = await viewer.show(image.bytes.buffer, `image${format}`);
    mine.signal.throwIfAborted();
    const source = format === '.nii' ? { header } : withoutHeader(shown.geometry);
    await begin(id, shown, source, viewer.drawing, mine.signal);
    window.history.replaceState(null, '', `#${new URLSearchParams({ case: id }).toString()}`);
    dismissUnlessDraft();
  } catch (error) {
    if (mine.signal.aborted) return;
    loading.value = undefined;
    report(`${id} could not be opened`, error, () => void open(id));
  }
}

/** Throws the unsaved work of the open case away and shows what the server has. */
async function discardAndReopen(): Promise<void> {
  const id = openCase.value?.id;
  if (id === undefined) return;
  savedRevision.value = revision.value;
  await discardDraft(id);
  await open(id);
}

/** The case that the address names, as after a reload. */
export function caseOfAddress(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('case') ?? undefined;
}

async function close(): Promise<void> {
  stopProposing();
  endStroke();
  await stopKeeping();
  endEditing();
  batch(() => {
    openCase.value = undefined;
    revision.value = savedRevision.value = keptRevision.value = 0;
    clicks.value = [];
    rulers.value = [];
    proposal.value = undefined;
    submission.value = { state: 'none' };
  });
}

async function begin(
  id: string,
  { geometry, isCt, percentileWindow, firstWindow }: LoadedImage,
  source: OpenCase['source'],
  drawing: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const draft = await draftOf(id);
  const isUsable = draft !== undefined && sameSize(draft.draft.size, geometry.grid.size);
  const names = new Set(foregroundNames(info.value?.labels ?? []));
  if (isUsable) {
    // The values in the draft are positions in its own list.
    labels.value = newLabels([...draft.draft.names, ...[...names].filter((name) => !draft.draft.names.includes(name))]);
    drawing.set(draft.voxels);
    (await whenViewer()).refresh();
  } else {
    labels.value = newLabels([...names]);
    await loadStoredLabel(id, geometry, drawing, signal);
  }
  signal.throwIfAborted();
  batch(() => {
    openCase.value = { id, geometry, isCt, percentileWindow, source };
    intensityWindow.value = firstWindow;
    crosshair.value = middleOf(geometry);
    if (activeLabel.value > labels.value.length) activeLabel.value = 1;
    if (tool.value === 'click') tool.value = 'look';
    loading.value = undefined;
    revision.value = isUsable ? 1 : 0;
    keptRevision.value = revision.value;
  });
  beginEditing(drawing, geometry.grid);
  await keepCase(id, geometry.grid.size, drawing, isUsable);
  if (isUsable) {
    const time = draft.draft.savedAt.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    note(`Your unsaved work of ${time} is back.`, { title: 'Discard it', run: () => void discardAndReopen() });
  }
}

/** What the server has: the submitted label, or the proposal of a model. */
async function loadStoredLabel(id: string, geometry: ImageGeometry, drawing: Uint8Array, signal: AbortSignal) {
  const stored = storedCases.value[id]?.labels ?? {};
  const tag = ['final', 'original'].find((each) => stored[each] !== undefined && !stored[each].ext.endsWith('json'));
  if (tag === undefined) return;
  try {
    const file = await downloadLabel(id, tag, () => {}, signal);
    const names = storedNames(stored[tag]!.info);
    const voxels = await labelVoxels(file.bytes, geometry);
    const known = labels.value.map(({ name }) => name);
    labels.value = newLabels([...known, ...names.filter((name) => name !== undefined && !known.includes(name))]);
    const values = valuesByName(names);
    for (let index = 0; index < voxels.length; index++) drawing[index] = values[voxels[index]!]!;
    (await whenViewer()).refresh();
  } catch (error) {
    if (signal.aborted) throw error;
    report('The stored label could not be shown', error);
  }
}

/** Value in a file, whose values mean `names`, → value in the drawing. A value without a name stays as it is. */
function valuesByName(names: readonly string[]): Uint8Array {
  const values = Uint8Array.from({ length: 256 }, (_, value) => value);
  names.forEach((name, index) => {
    values[index + 1] = labels.value.findIndex((label) => label.name === name) + 1;
  });
  return values;
}

function formatOf(name: string, id: string): '.nii' | '.nrrd' {
  const lower = (name === '' ? id : name).toLowerCase();
  if (lower.endsWith('.nrrd')) return '.nrrd';
  if (/\.nii(\.gz)?$/.test(lower)) return '.nii';
  throw new Error('The page shows NIfTI and NRRD volumes; this is neither');
}

function withoutHeader({ sizeFile, affine }: ImageGeometry): OpenCase['source'] {
  return { size: sizeFile, affine };
}

function showProgress(id: string, done: number, total: number | undefined): void {
  loading.value = { id, stage: 'download', part: total && done / total };
}

function dismissUnlessDraft(): void {
  if (!hasUnsavedWork.value) dismiss();
}

function middleOf({ grid: { size } }: ImageGeometry): Vec3 {
  return [Math.floor(size[0] / 2), Math.floor(size[1] / 2), Math.floor(size[2] / 2)];
}
