import { signedDistances } from './distance.js';
import type { Edit } from './edit.js';
import { boxAround, stridesOf, unite, type Axis, type Box, type Grid, type Vec3 } from './grid.js';

/** In a slice: along its two axes, the lower one first. */
type Pair = readonly [number, number];

/** What is painted of a value in one slice. */
interface Shape {
  /** The slice, counted along the axis across it. */
  readonly slice: number;
  readonly min: Pair;
  readonly max: Pair;
  readonly centre: Pair;
}

/** The slices across an axis. */
interface Slices {
  readonly voxels: Uint8Array;
  readonly size: Pair;
  readonly spacing: Pair;
  readonly strides: Pair;
  readonly strideAcross: number;
  readonly value: number;
}

/**
 * Paints a value in the slices between those where it is painted, by their signed distances (Raya and Udupa,
 * Shape-Based Interpolation of Multidimensional Objects, 1990). Where the shapes of two slices do not overlap, the one
 * travels from centre to centre as it becomes the other. Returns a box around what was painted; undefined where there
 * was no gap.
 */
export function interpolateSlices(
  edit: Edit,
  voxels: Uint8Array,
  grid: Grid,
  value: number,
  axis: Axis,
): Box | undefined {
  const around = boxAround(voxels, grid.size, value);
  if (around === undefined) return undefined;
  const [first, second] = ([0, 1, 2] as const).filter((other) => other !== axis) as [Axis, Axis];
  const pair = (values: Vec3): Pair => [values[first], values[second]];
  const strides = stridesOf(grid.size);
  const slices: Slices = {
    voxels,
    size: pair(grid.size),
    spacing: pair(grid.spacing),
    strides: pair(strides),
    strideAcross: strides[axis],
    value,
  };
  const boxOf = (min: Pair, max: Pair, from: number, to: number): Box => {
    const corner = ([u, v]: Pair, slice: number): Vec3 => {
      const position: [number, number, number] = [slice, slice, slice];
      [position[first], position[second]] = [u, v];
      return position;
    };
    return { min: corner(min, from), max: corner(max, to) };
  };

  const shapes: Shape[] = [];
  for (let slice = around.min[axis]; slice < around.max[axis]; slice++) {
    const shape = shapeIn(slices, slice, pair(around.min), pair(around.max));
    if (shape !== undefined) shapes.push(shape);
  }
  let box: Box | undefined;
  for (const [index, to] of shapes.entries()) {
    const from = shapes[index - 1];
    if (from === undefined || to.slice - from.slice < 2) continue;
    const [min, max] = fillGap(edit, slices, from, to);
    const gap = boxOf(min, max, from.slice + 1, to.slice);
    box = box === undefined ? gap : unite(box, gap);
  }
  return box;
}

function shapeIn(
  { voxels, strides, strideAcross, value }: Slices,
  slice: number,
  from: Pair,
  to: Pair,
): Shape | undefined {
  let [minU, minV, maxU, maxV] = [to[0], to[1], from[0], from[1]];
  let [sumU, sumV, count] = [0, 0, 0];
  for (let v = from[1]; v < to[1]; v++) {
    const row = slice * strideAcross + v * strides[1];
    for (let u = from[0]; u < to[0]; u++) {
      if (voxels[row + u * strides[0]] !== value) continue;
      if (u < minU) minU = u;
      if (u >= maxU) maxU = u + 1;
      if (v < minV) minV = v;
      maxV = v + 1;
      sumU += u;
      sumV += v;
      count++;
    }
  }
  if (count === 0) return undefined;
  return { slice, min: [minU, minV], max: [maxU, maxV], centre: [sumU / count, sumV / count] };
}

/** Returns the rectangle in which it may have painted. */
function fillGap(edit: Edit, slices: Slices, from: Shape, to: Shape): [min: Pair, max: Pair] {
  const travel: Pair = overlap(slices, from, to)
    ? [0, 0]
    : [Math.round(to.centre[0] - from.centre[0]), Math.round(to.centre[1] - from.centre[1])];
  // Both shapes where the first one is, with a rim of one pixel: distances need something outside.
  const min = lower(from.min, [to.min[0] - travel[0], to.min[1] - travel[1]]);
  const max = upper(from.max, [to.max[0] - travel[0], to.max[1] - travel[1]]);
  const [left, top] = [min[0] - 1, min[1] - 1];
  const [width, height] = [max[0] + 1 - left, max[1] + 1 - top];
  const distances = ({ slice }: Shape, offset: Pair): Float64Array => {
    const mask = new Uint8Array(width * height);
    forEachPixel(slices, slice, [left + offset[0], top + offset[1]], [width, height], (index, pixel) => {
      if (slices.voxels[index] === slices.value) mask[pixel] = 1;
    });
    return signedDistances(mask, width, height, slices.spacing);
  };
  const [before, after] = [distances(from, [0, 0]), distances(to, travel)];
  for (let slice = from.slice + 1; slice < to.slice; slice++) {
    const part = (slice - from.slice) / (to.slice - from.slice);
    const corner: Pair = [left + Math.round(part * travel[0]), top + Math.round(part * travel[1])];
    forEachPixel(slices, slice, corner, [width, height], (index, pixel) => {
      if ((1 - part) * before[pixel]! + part * after[pixel]! <= 0) edit.set(index, slices.value);
    });
  }
  // On its way the shape may lie outside both ends: their centres are rounded.
  const arrived = (corner: Pair): Pair => [corner[0] + travel[0], corner[1] + travel[1]];
  return [upper(lower(min, arrived(min)), [0, 0]), lower(upper(max, arrived(max)), slices.size)];
}

/** Visits a rectangle of a slice as far as it lies in the grid: index of the voxel, index in the rectangle. */
function forEachPixel(
  { size, strides, strideAcross }: Slices,
  slice: number,
  [left, top]: Pair,
  [width, height]: Pair,
  visit: (index: number, pixel: number) => void,
): void {
  for (let v = Math.max(-top, 0); v < Math.min(height, size[1] - top); v++) {
    const row = slice * strideAcross + (top + v) * strides[1];
    for (let u = Math.max(-left, 0); u < Math.min(width, size[0] - left); u++) {
      visit(row + (left + u) * strides[0], u + v * width);
    }
  }
}

function overlap(slices: Slices, a: Shape, b: Shape): boolean {
  const [min, max] = [upper(a.min, b.min), lower(a.max, b.max)];
  const across = (b.slice - a.slice) * slices.strideAcross;
  let found = false;
  forEachPixel(slices, a.slice, min, [max[0] - min[0], max[1] - min[1]], (index) => {
    found ||= slices.voxels[index] === slices.value && slices.voxels[index + across] === slices.value;
  });
  return found;
}

function lower(a: Pair, b: Pair): Pair {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
}

function upper(a: Pair, b: Pair): Pair {
  return [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
}
