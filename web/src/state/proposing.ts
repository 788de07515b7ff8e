/** Lets a model of the server segment the open case, by itself or from clicks. */

import { computed } from '@preact/signals-core';
import { infer, type Model, type Params } from '../api/server.js';
import { gunzip } from '../labelmap/gzip.js';
import type { Vec3 } from '../labelmap/grid.js';
import { toFileIndex, type ImageGeometry } from '../viewer/geometry.js';
import { isPainting, placeResult } from './editing.js';
import { clientId } from './cases.js';
import { foregroundNames, newLabels } from './labels.js';
import { moveCrosshair } from './looking.js';
import { note, report } from './messages.js';
import { labelVoxels } from './stored-label.js';
import { askNow } from './server.js';
import {
  activeLabel,
  clickForeground,
  clicks,
  info,
  labels,
  model,
  newModel,
  openCase,
  proposal,
  proposing,
  tool,
  type Click,
} from './store.js';

let running: AbortController | undefined;

const interactiveTypes = ['deepgrow', 'deepedit'];

export const chosenModel = computed<Model | undefined>(() => info.value?.models[model.value]);
export const isInteractive = computed(() => interactiveTypes.includes(chosenModel.value?.type ?? ''));

/** Asks the chosen model for the whole case. The server keeps the answer too, so the case counts as proposed. */
export function propose(): Promise<void> {
  return ask({ save_label: true, label_tag: 'original' }, clicks.value);
}

/** A click of the tool: the model answers with all clicks so far. */
export function click(voxel: Vec3): Promise<void> {
  const label = labels.value[activeLabel.value - 1];
  if (label === undefined) return Promise.resolve();
  return ask({}, [...clicks.value, { label: label.name, foreground: clickForeground.value, voxel }]);
}

export function stopProposing(): void {
  running?.abort();
}

export function chooseModel(name: string): void {
  model.value = name;
  if (!isInteractive.value && tool.value === 'click') tool.value = 'look';
}

async function ask(options: Params, withClicks: readonly Click[]): Promise<void> {
  const opened = openCase.value;
  const [name, asked] = [model.value, chosenModel.value];
  if (opened === undefined || asked === undefined) return;
  running?.abort();
  const mine = (running = new AbortController());
  proposing.value = { model: name, since: new Date() };
  const start = performance.now();
  try {
    const params = {
      result_extension: '.nii.gz',
      result_dtype: 'uint8',
      client_id: clientId(),
      ...options,
      ...clickParams(asked, withClicks, opened.geometry),
    };
    const answer = await infer(name, opened.id, params, mine.signal);
    const bytes = await gunzip(new Uint8Array(await answer.file.arrayBuffer()));
    const voxels = await labelVoxels(bytes, opened.geometry);
    await strokeEnd(mine.signal);
    if (mine.signal.aborted || openCase.value !== opened) return;
    const names = namesOf(asked, answer.params.label_names);
    addLabels(names);
    placeResult(voxels, names, withClicks);
    proposal.value = { model: name, seconds: (performance.now() - start) / 1000 };
    if (newModel.value === name) newModel.value = undefined;
    if (withClicks.length === 0) {
      note(summary(voxels, names));
      showFirst(voxels, opened.geometry);
    }
    void askNow();
  } catch (error) {
    if (!mine.signal.aborted) report(`${name} gave no proposal`, error, () => void ask(options, withClicks));
  } finally {
    if (running === mine) proposing.value = running = undefined;
  }
}

/** A result must not change what a stroke is just painting. */
async function strokeEnd(signal: AbortSignal): Promise<void> {
  while (isPainting() && !signal.aborted) await new Promise(requestAnimationFrame);
}

/** Clicks as the types of MONAI Label's models take them: voxel indices [i, j, k] of the file (rest-contract 6.4). */
function clickParams(asked: Model, all: readonly Click[], geometry: ImageGeometry): Params {
  const indices = (wanted: (click: Click) => boolean): Vec3[] => {
    return all.filter(wanted).map(({ voxel }) => toFileIndex(voxel, geometry));
  };
  const active = labels.value[activeLabel.value - 1]?.name ?? '';
  if (asked.type === 'deepgrow') {
    return {
      label: active,
      foreground: indices(({ label, foreground }) => foreground && label === active),
      background: indices(({ label, foreground }) => !foreground && label === active),
    };
  }
  if (asked.type === 'deepedit') {
    const names = foregroundNames(asked.labels);
    const lists = names.map((name) => {
      return [name, indices(({ label, foreground }) => foreground && label === name)] as const;
    });
    const background = indices(({ foreground }) => !foreground);
    return { ...Object.fromEntries<Vec3[]>(lists), background, label: active };
  }
  return {};
}

/** What the values of a result mean: deepgrow gives the one label that was clicked. */
function namesOf(asked: Model, named: Model['labels']): string[] {
  if (asked.type === 'deepgrow') return [labels.value[activeLabel.value - 1]?.name ?? ''];
  return foregroundNames(named);
}

function addLabels(names: readonly string[]): void {
  const known = labels.value.map(({ name }) => name);
  const fresh = names.filter((name) => !known.includes(name));
  if (fresh.length === 0) return;
  const added = newLabels([...known, ...fresh]).slice(known.length);
  labels.value = [...labels.value, ...added];
}

function summary(voxels: Uint8Array, names: readonly string[]): string {
  const found = new Set(voxels);
  const present = names.filter((_, index) => found.has(index + 1));
  if (present.length === 0) return 'The model found nothing in this case. Paint what you see, or submit it as it is.';
  return `Proposed: ${present.join(', ')}. Correct what is wrong, then submit.`;
}

/** Brings the slices through the middle of what was found onto the screen. */
function showFirst(voxels: Uint8Array, { grid: { size } }: ImageGeometry): void {
  const sum = [0, 0, 0];
  let count = 0;
  for (let index = voxels.indexOf(1); index >= 0; index = voxels.indexOf(1, index + 1)) {
    sum[0]! += index % size[0];
    sum[1]! += Math.floor(index / size[0]) % size[1];
    sum[2]! += Math.floor(index / (size[0] * size[1]));
    count++;
  }
  if (count > 0) moveCrosshair([sum[0]! / count, sum[1]! / count, sum[2]! / count]);
}
