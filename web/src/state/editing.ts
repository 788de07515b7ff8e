/** What tools do to the drawing of the open case, and how it is taken back. */

import { batch } from '@preact/signals-core';
import { paintStroke } from '../labelmap/brush.js';
import { Edit, type PaintRule } from '../labelmap/edit.js';
import { floodFill } from '../labelmap/fill.js';
import { unite, type Box, type Grid, type Vec3 } from '../labelmap/grid.js';
import { History } from '../labelmap/history.js';
import { interpolateSlices } from '../labelmap/interpolate.js';
import { removeIslands } from '../labelmap/islands.js';
import type { Axis } from '../viewer/panes.js';
import { touchDraft } from './keeping.js';
import { note } from './messages.js';
import { viewer } from './stage.js';
import {
  activeLabel,
  brushIn3d,
  brushRadius,
  canRedo,
  canUndo,
  clicks,
  labels,
  protectOthers,
  revision,
  threshold,
  type Click,
} from './store.js';

/** Bytes of changes that can be taken back. */
const historyBytes = 256 * 2 ** 20;

interface Session {
  readonly voxels: Uint8Array;
  readonly grid: Grid;
  readonly history: History;
  readonly done: Step[];
  readonly undone: Step[];
}

/** What one undo takes back or one redo brings again: a change of voxels, a click, or both. */
interface Step {
  readonly changesVoxels: boolean;
  /** The clicks on the other side of the step. */
  readonly clicks: readonly Click[];
}

interface Stroke {
  readonly edit: Edit;
  readonly plane: Axis | 'sphere';
  readonly value: number;
  last: Vec3;
  box: Box;
}

let session: Session | undefined;
let stroke: Stroke | undefined;

/** Begins with a drawing that nobody can undo. */
export function beginEditing(voxels: Uint8Array, grid: Grid): void {
  stroke = undefined;
  session = { voxels, grid, history: new History(voxels, historyBytes), done: [], undone: [] };
  showHistory();
}

export function endEditing(): void {
  session = stroke = undefined;
  showHistory();
}

/** `erase`: paints background. */
export function beginStroke(at: Vec3, axis: Axis, erase: boolean): void {
  if (session === undefined || labels.value.length === 0) return;
  endStroke();
  const value = erase ? 0 : activeLabel.value;
  const edit = new Edit(session.voxels, session.grid, ruleFor(value));
  const plane = brushIn3d.value ? 'sphere' : axis;
  const box = paintStroke(edit, at, at, { value, radius: brushRadius.value, plane });
  stroke = { edit, plane, value, last: at, box };
  viewer()?.refresh(box);
}

export function continueStroke(to: Vec3): void {
  if (stroke === undefined) return;
  const { edit, last, value, plane } = stroke;
  const box = paintStroke(edit, last, to, { value, radius: brushRadius.value, plane });
  stroke.box = unite(stroke.box, box);
  stroke.last = to;
  viewer()?.refresh(box);
}

export function endStroke(): void {
  if (stroke === undefined) return;
  const { edit, box } = stroke;
  stroke = undefined;
  commit(edit, box);
}

export function isPainting(): boolean {
  return stroke !== undefined;
}

/** Fills the region around a voxel that has its value: in the slice, or in the volume with the 3-D brush. */
export function fillAt(seed: Vec3, axis: Axis): void {
  run(activeLabel.value, ({ voxels, grid }, edit) => {
    return floodFill(edit, voxels, grid, seed, activeLabel.value, brushIn3d.value ? 'volume' : axis);
  });
}

/** Paints the slices between painted ones. */
export function interpolate(axis: Axis): void {
  const value = activeLabel.value;
  const changed = run(value, ({ voxels, grid }, edit) => interpolateSlices(edit, voxels, grid, value, axis));
  if (!changed) note('Nothing to interpolate: paint the label on slices with gaps between them first.');
}

/** Leaves the largest part of the active label. */
export function keepLargest(): void {
  const value = activeLabel.value;
  let removed = 0;
  run(0, ({ voxels, grid }, edit) => {
    const result = removeIslands(edit, voxels, grid, value, 'largest');
    removed = result.removed;
    return result.box;
  });
  const name = labels.value[value - 1]?.name ?? '';
  note(
    removed === 0
      ? `${name} is in one piece.`
      : `${removed} ${removed === 1 ? 'island' : 'islands'} of ${name} removed.`,
  );
}

/**
 * Puts the answer of a model into the drawing as one change: `names` are what it can give, `result` (RAS order) holds
 * their positions from 1. Voxels of other labels stay.
 */
export function placeResult(result: Uint8Array, names: readonly string[], clicksNow = clicks.value): void {
  if (session === undefined) return;
  endStroke();
  const { voxels, grid } = session;
  const valueOf = names.map((name) => labels.value.findIndex((label) => label.name === name) + 1);
  const own = new Uint8Array(256);
  own[0] = 1;
  for (const value of valueOf) own[value] = 1;
  const edit = new Edit(voxels, grid, { over: 'anything' });
  for (let index = 0; index < voxels.length; index++) {
    const now = voxels[index]!;
    const proposed = result[index]!;
    if (proposed === 0 && now === 0) continue;
    const value = proposed === 0 ? 0 : (valueOf[proposed - 1] ?? 0);
    if (value !== now && own[now] === 1) edit.set(index, value);
  }
  commit(edit, { min: [0, 0, 0], max: grid.size }, clicksNow);
}

export function undo(): void {
  step('undo', 'done', 'undone');
}

export function redo(): void {
  step('redo', 'undone', 'done');
}

function step(direction: 'undo' | 'redo', from: 'done' | 'undone', to: 'done' | 'undone'): void {
  endStroke();
  const next = session?.[from].at(-1);
  if (session === undefined || next === undefined) return;
  const box = next.changesVoxels ? session.history[direction]() : undefined;
  if (next.changesVoxels && box === undefined) return;
  session[from].pop();
  session[to].push({ ...next, clicks: clicks.value });
  batch(() => {
    clicks.value = next.clicks;
    changed(box);
  });
}

function run(value: number, paint: (session: Session, edit: Edit) => Box | undefined): boolean {
  if (session === undefined || labels.value.length === 0) return false;
  endStroke();
  const edit = new Edit(session.voxels, session.grid, ruleFor(value));
  const box = paint(session, edit);
  return box !== undefined && commit(edit, box);
}

/** Ends an edit as one step; false where nothing has changed. */
function commit(edit: Edit, box: Box, clicksNow = clicks.value): boolean {
  const change = edit.finish();
  if (session === undefined || (change === undefined && clicksNow === clicks.value)) return false;
  if (change !== undefined) session.history.push(change);
  session.done.push({ changesVoxels: change !== undefined, clicks: clicks.value });
  session.undone.length = 0;
  batch(() => {
    clicks.value = clicksNow;
    changed(change && box);
  });
  return true;
}

function changed(box: Box | undefined): void {
  if (box !== undefined) {
    revision.value++;
    viewer()?.refresh(box);
    touchDraft(box);
  }
  showHistory();
}

function showHistory(): void {
  const last = session?.done.at(-1);
  const next = session?.undone.at(-1);
  // The oldest changes are forgotten when there are too many.
  canUndo.value = last !== undefined && (!last.changesVoxels || session!.history.canUndo);
  canRedo.value = next !== undefined && (!next.changesVoxels || session!.history.canRedo);
}

/** The eraser takes the active label away, the others paint it. */
function ruleFor(value: number): PaintRule {
  const over = !protectOthers.value ? 'anything' : value === 0 ? [activeLabel.value] : 'background';
  const { on, min, max } = threshold.value;
  const intensities = on && value !== 0 ? viewer()?.image?.intensities() : undefined;
  if (intensities === undefined) return { over };
  const { voxels: image, slope, intercept } = intensities;
  const stored = [min, max].map((value) => (value - intercept) / slope).sort((a, b) => a - b);
  return { over, intensity: { image, min: stored[0]!, max: stored[1]! } };
}
