import type { Edit } from './edit.js';
import { stridesOf, unite, type Axis, type Box, type Grid, type Vec3 } from './grid.js';
import { IntList } from './int-list.js';

/**
 * Fills the region around a voxel of the grid: what has its value, may be painted, and hangs together by faces, in the
 * slice across an axis or in the volume. Returns a box around what was filled; undefined where nothing could be.
 */
export function floodFill(
  edit: Edit,
  voxels: Uint8Array,
  { size }: Grid,
  seed: Vec3,
  value: number,
  plane: Axis | 'volume',
): Box | undefined {
  const strides = stridesOf(size);
  const [along, ...across] = ([0, 1, 2] as const).filter((axis) => axis !== plane) as [Axis, ...Axis[]];
  const [stride, length] = [strides[along], size[along]];
  const first = seed[0] + seed[1] * strides[1] + seed[2] * strides[2];
  const target = voxels[first]!;
  if (target === value) return undefined;
  // A filled voxel no longer has the value that is looked for: the drawing itself remembers where the fill has been.
  const isOpen = (index: number): boolean => voxels[index] === target && edit.permits(index);

  const waiting = new IntList();
  const pushRuns = (from: number, to: number): void => {
    let wasOpen = false;
    for (let index = from; index <= to; index += stride) {
      const open = isOpen(index);
      if (open && !wasOpen) waiting.push(index);
      wasOpen = open;
    }
  };

  let box: Box | undefined;
  waiting.push(first);
  while (waiting.length > 0) {
    const index = waiting.pop();
    if (!isOpen(index)) continue;
    const position = Math.floor(index / stride) % length;
    let [start, end] = [index, index];
    for (const lowest = index - position * stride; start > lowest && isOpen(start - stride);) start -= stride;
    for (const highest = index + (length - 1 - position) * stride; end < highest && isOpen(end + stride);)
      end += stride;
    for (let at = start; at <= end; at += stride) edit.set(at, value);
    for (const axis of across) {
      const place = Math.floor(index / strides[axis]) % size[axis];
      if (place > 0) pushRuns(start - strides[axis], end - strides[axis]);
      if (place < size[axis] - 1) pushRuns(start + strides[axis], end + strides[axis]);
    }
    const filled = { min: positionOf(start, size), max: beyond(positionOf(end, size)) };
    box = box === undefined ? filled : unite(box, filled);
  }
  return box;
}

function positionOf(index: number, [width, height]: Vec3): Vec3 {
  const row = Math.floor(index / width);
  return [index % width, row % height, Math.floor(row / height)];
}

function beyond([x, y, z]: Vec3): Vec3 {
  return [x + 1, y + 1, z + 1];
}
