/** Lets a model of the server segment the open case, by itself or from clicks. */

import { computed } from '@preact/signals-core';
import { infer, type Model, type Params } from '../api/server.js';
import { gunzip } from '../labelmap/gzip.js';
import type { Vec3 } from '../labelmap/grid.js';
import { usedSlots } from '../labelmap/slots.js';
import { toFileIndex, type ImageGeometry } from '../viewer/geometry.js';
import { isPainting } from './editing.js';
import type { CaseSession } from './case-session.js';
import { clientId } from './cases.js';
import type { Click } from './drawing.js';
import { foreground, foregroundNames, isSameName, slotOfName, withLabels } from './labels.js';
import { moveCrosshair } from './looking.js';
import { note, report } from './messages.js';
import { readResult } from './stored-label.js';
import { ask as askPerson } from './questions.js';
import { askNow } from './server.js';
import {
  activeLabel,
  clickForeground,
  clicks,
  info,
  labels,
  model,
  newModel,
  proposing,
  session,
  tool,
} from './store.js';

let running: AbortController | undefined;

const interactiveTypes = ['deepgrow', 'deepedit'];

export const chosenModel = computed<Model | undefined>(() => info.value?.models[model.value]);
export const isInteractive = computed(() => interactiveTypes.includes(chosenModel.value?.type ?? ''));

/** Asks the chosen model for the whole case. The server keeps the answer too, so the case counts as proposed. */
export function propose(): Promise<void> {
  return ask({ save_label: true, label_tag: 'original' }, clicks.value, activeName());
}

/** A click of the tool: the model answers with all clicks so far. */
export function click(voxel: Vec3): Promise<void> {
  const label = labels.value[activeLabel.value - 1];
  if (label === undefined) return Promise.resolve();
  return ask({}, [...clicks.value, { label: label.name, foreground: clickForeground.value, voxel }], label.name);
}

function activeName(): string {
  return labels.value[activeLabel.value - 1]?.name ?? '';
}

export function stopProposing(): void {
  running?.abort();
}

export function chooseModel(name: string): void {
  model.value = name;
  if (!isInteractive.value && tool.value === 'click') tool.value = 'look';
}

/** `active`: the label that was meant when it was asked; another one may be when the answer comes. */
async function ask(options: Params, withClicks: readonly Click[], active: string): Promise<void> {
  const mine = session.value;
  const [name, asked] = [model.value, chosenModel.value];
  if (mine === undefined || asked === undefined) return;
  if (mine.isReadOnly.value) return note('Another tab works on this case.');
  running?.abort();
  const own = (running = new AbortController());
  const { geometry } = mine.image;
  proposing.value = { model: name, since: new Date() };
  const start = performance.now();
  try {
    const params = {
      result_extension: '.nii.gz',
      result_dtype: 'uint8',
      client_id: clientId(),
      ...options,
      ...clickParams(asked, active, withClicks, geometry),
    };
    const answer = await infer(name, mine.id, params, own.signal);
    const bytes = await gunzip(new Uint8Array(await answer.file.arrayBuffer()));
    const voxels = readResult(bytes, geometry);
    await strokeEnd(own.signal);
    if (own.signal.aborted || session.value !== mine || mine.isReadOnly.value) return;
    const seconds = (performance.now() - start) / 1000;
    const names = namesOf(asked, active, answer.params.label_values);
    if (!(await place(mine, asked, { voxels, names }, withClicks))) return;
    mine.proposal.value = { model: name, seconds };
    if (newModel.value === name) newModel.value = undefined;
    if (withClicks.length === 0) {
      note(summary(voxels, names));
      showFirst(voxels, geometry);
    }
    void askNow();
  } catch (error) {
    if (!own.signal.aborted) report(`${name} gave no proposal`, error, () => void ask(options, withClicks, active));
  } finally {
    if (running === own) proposing.value = running = undefined;
  }
}

interface Result {
  /** RAS order; k from 1 for the k-th of `names`. */
  readonly voxels: Uint8Array;
  readonly names: readonly string[];
}

/** False where the person wants to keep the drawing as it is. What was drawn by hand is not replaced unasked. */
async function place(
  mine: CaseSession,
  asked: Model,
  { voxels, names }: Result,
  withClicks: readonly Click[],
): Promise<boolean> {
  // Nothing found is no reason to take away what is drawn; a click on the background may be.
  if (withClicks.length === 0 && usedSlots(voxels).size === 0) return true;
  mine.labels.value = withLabels(mine.labels.value, foregroundOf(asked, names));
  const slots = names.map((name) => slotOfName(mine.labels.value, name));
  const { drawing } = mine;
  const lost = drawing.handDrawnIn({ voxels, slots });
  if (lost.size === 0) {
    drawing.place({ voxels, slots }, lost, withClicks);
    return true;
  }
  const theirs = [...lost].map((slot) => mine.labels.value[slot - 1]!.name).join(', ');
  const answer = await askPerson(`The proposal takes away what was drawn by hand of ${theirs}.`, [
    { answer: 'add', title: 'Only where nothing is painted' },
    { answer: 'replace', title: 'Replace' },
    { answer: 'none', title: 'Keep the drawing' },
  ]);
  if (answer === undefined || answer === 'none' || session.value !== mine || mine.isReadOnly.value) return false;
  drawing.place({ voxels, slots }, answer === 'add' ? lost : new Set(), withClicks);
  return true;
}

/** The names of a result with the numbers that the model has for them. */
function foregroundOf(asked: Model, names: readonly string[]): [string, number][] {
  const own = foreground(asked.labels);
  return names.map((name, index) => [name, own.find(([each]) => isSameName(each, name))?.[1] ?? index + 1]);
}

/** A result must not change what a stroke is just painting. */
async function strokeEnd(signal: AbortSignal): Promise<void> {
  while (isPainting() && !signal.aborted) await new Promise(requestAnimationFrame);
}

/** Clicks as the types of MONAI Label's models take them: voxel indices [i, j, k] of the file (rest-contract 6.4). */
function clickParams(asked: Model, active: string, all: readonly Click[], geometry: ImageGeometry): Params {
  const indices = (wanted: (click: Click) => boolean): Vec3[] => {
    return all.filter(wanted).map(({ voxel }) => toFileIndex(voxel, geometry));
  };
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
      return [name, indices(({ label, foreground }) => foreground && isSameName(label, name))] as const;
    });
    const background = indices(({ foreground }) => !foreground);
    const known = names.find((name) => isSameName(name, active)) ?? active;
    return { ...Object.fromEntries<Vec3[]>(lists), background, label: known };
  }
  return {};
}

/** What the values of a result mean: deepgrow gives the one label that was clicked. */
function namesOf(asked: Model, active: string, named: Model['labels']): string[] {
  if (asked.type === 'deepgrow') return [active];
  return foregroundNames(named);
}

function summary(voxels: Uint8Array, names: readonly string[]): string {
  const found = new Set(voxels);
  const present = names.filter((_, index) => found.has(index + 1));
  if (present.length === 0) return 'The model found nothing in this case. What is drawn stays as it is.';
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
