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
  /** The clicks before each change that can be undone, and before each that can be redone. */
  readonly clicksBefore: (readonly Click[])[];
  readonly clicksAfter: (readonly Click[])[];
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
  session = { voxels, grid, history: new History(voxels, historyBytes), clicksBefore: [], clicksAfter: [] };
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
  step('undo');
}

export function redo(): void {
  step('redo');
}

function step(direction: 'undo' | 'redo'): void {
  endStroke();
  if (session === undefined) return;
  const box = session.history[direction]();
  if (box === undefined) return;
  const [from, to] = [session.clicksBefore, session.clicksAfter];
  const [source, target] = direction === 'undo' ? [from, to] : [to, from];
  target.push(clicks.value);
  batch(() => {
    clicks.value = source.pop() ?? [];
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

function commit(edit: Edit, box: Box, clicksNow = clicks.value): boolean {
  const change = edit.finish();
  if (session === undefined || change === undefined) return false;
  session.history.push(change);
  session.clicksBefore.push(clicks.value);
  session.clicksAfter.length = 0;
  batch(() => {
    clicks.value = clicksNow;
    changed(box);
  });
  return true;
}

function changed(box: Box): void {
  revision.value++;
  viewer()?.refresh(box);
  touchDraft(box);
  showHistory();
}

function showHistory(): void {
  canUndo.value = session?.history.canUndo ?? false;
  canRedo.value = session?.history.canRedo ?? false;
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
