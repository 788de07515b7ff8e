/** What tools do to the drawing of the open case. */

import type { PaintRule } from '../labelmap/edit.js';
import { floodFill } from '../labelmap/fill.js';
import type { Vec3 } from '../labelmap/grid.js';
import { interpolateSlices } from '../labelmap/interpolate.js';
import { removeIslands } from '../labelmap/islands.js';
import type { Axis } from '../viewer/panes.js';
import type { Drawing } from './drawing.js';
import { note } from './messages.js';
import { viewer } from './stage.js';
import { activeLabel, brushIn3d, brushRadius, labels, protectOthers, session, threshold } from './store.js';

/** `erase`: paints background. */
export function beginStroke(at: Vec3, axis: Axis, erase: boolean): void {
  const slot = erase ? 0 : activeLabel.value;
  const plane = brushIn3d.value ? 'sphere' : axis;
  drawable()?.beginStroke(at, {
    slot,
    radius: brushRadius.value,
    plane,
    rule: ruleFor(slot),
    about: activeLabel.value,
  });
}

export function continueStroke(to: Vec3): void {
  session.value?.drawing.continueStroke(to);
}

export function endStroke(): void {
  session.value?.drawing.endStroke();
}

export function isPainting(): boolean {
  return session.value?.drawing.isPainting ?? false;
}

/** Fills the region around a voxel that has its value: in the slice, or in the volume with the 3-D brush. */
export function fillAt(seed: Vec3, axis: Axis): void {
  const slot = activeLabel.value;
  const drawing = drawable();
  drawing?.change(ruleFor(slot), slot, (edit) => {
    return floodFill(edit, drawing.voxels, drawing.grid, seed, slot, brushIn3d.value ? 'volume' : axis);
  });
}

/** Paints the slices between painted ones. */
export function interpolate(axis: Axis): void {
  const slot = activeLabel.value;
  const drawing = drawable();
  const changed = drawing?.change(ruleFor(slot), slot, (edit) => {
    return interpolateSlices(edit, drawing.voxels, drawing.grid, slot, axis);
  });
  if (changed === false) note('Nothing to interpolate: paint the label on slices with gaps between them first.');
}

/** Leaves the largest part of the active label. */
export function keepLargest(): void {
  const slot = activeLabel.value;
  const drawing = drawable();
  if (drawing === undefined) return;
  let removed = 0;
  drawing.change(ruleFor(0), slot, (edit) => {
    const result = removeIslands(edit, drawing.voxels, drawing.grid, slot, 'largest');
    removed = result.removed;
    return result.box;
  });
  const name = labels.value[slot - 1]?.name ?? '';
  note(
    removed === 0
      ? `${name} is in one piece.`
      : `${removed} ${removed === 1 ? 'island' : 'islands'} of ${name} removed.`,
  );
}

export function undo(): void {
  if (session.value?.isReadOnly.value === false) session.value.drawing.undo();
}

export function redo(): void {
  if (session.value?.isReadOnly.value === false) session.value.drawing.redo();
}

/** The open drawing, where there is something to paint and this tab may. */
function drawable(): Drawing | undefined {
  const now = session.value;
  if (now === undefined || labels.value.length === 0) return undefined;
  if (now.isReadOnly.value) {
    note('Nothing changes here: another tab works on this case.');
    return undefined;
  }
  return now.drawing;
}

/** The eraser takes the active label away, the others paint it. */
function ruleFor(slot: number): PaintRule {
  const over = !protectOthers.value ? 'anything' : slot === 0 ? [activeLabel.value] : 'background';
  const { on, min, max } = threshold.value;
  const intensities = on && slot !== 0 ? viewer()?.image?.intensities() : undefined;
  if (intensities === undefined) return { over };
  const { voxels: image, slope, intercept } = intensities;
  const stored = [min, max].map((value) => (value - intercept) / slope).sort((a, b) => a - b);
  return { over, intensity: { image, min: stored[0]!, max: stored[1]! } };
}
