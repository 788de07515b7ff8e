/** Small drawings to read and to compare: written as pictures, or made by fast-check. */

import fc from 'fast-check';
import { Edit, type PaintRule } from '../../web/src/labelmap/edit.js';
import type { Axis, Box, Grid, Vec3 } from '../../web/src/labelmap/grid.js';

export interface Drawing {
  readonly voxels: Uint8Array;
  readonly grid: Grid;
}

/** One text a slice, from z = 0; in it rows from y = 0, in them voxels from x = 0: a digit, or a dot for 0. */
export function drawing(slices: readonly string[], spacing: Vec3 = [1, 1, 1]): Drawing {
  const rows = slices.map((slice) => slice.trim().split(/\s+/));
  const size: Vec3 = [rows[0]![0]!.length, rows[0]!.length, rows.length];
  const voxels = Uint8Array.from(rows.flat().join(''), (sign) => (sign === '.' ? 0 : Number(sign)));
  return { voxels, grid: { size, spacing } };
}

/** As `drawing` reads it. */
export function picture({ voxels, grid: { size } }: Drawing): string[] {
  return Array.from({ length: size[2] }, (_, z) => {
    const row = (y: number): string => {
      const start = size[0] * (y + size[1] * z);
      return Array.from(voxels.subarray(start, start + size[0]), (value) => (value === 0 ? '.' : value)).join('');
    };
    return Array.from({ length: size[1] }, (_, y) => row(y)).join(' ');
  });
}

export function editOf({ voxels, grid }: Drawing, rule: PaintRule = { over: 'anything' }): Edit {
  return new Edit(voxels, grid, rule);
}

/** Every voxel with its index. */
export function* positions({ size }: Grid): Generator<[position: Vec3, index: number]> {
  let index = 0;
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++) yield [[x, y, z], index++];
    }
  }
}

export function isIn([x, y, z]: Vec3, { min, max }: Box): boolean {
  return x >= min[0] && y >= min[1] && z >= min[2] && x < max[0] && y < max[1] && z < max[2];
}

/** The box around the voxels that differ; undefined where none does. */
export function boxOfDifference(before: Uint8Array, { voxels, grid }: Drawing): Box | undefined {
  const changed = [...positions(grid)].filter(([, index]) => voxels[index] !== before[index]);
  if (changed.length === 0) return undefined;
  const along = (axis: Axis): number[] => changed.map(([position]) => position[axis]);
  const min = (axis: Axis): number => Math.min(...along(axis));
  const max = (axis: Axis): number => Math.max(...along(axis)) + 1;
  return { min: [min(0), min(1), min(2)], max: [max(0), max(1), max(2)] };
}

const length = fc.integer({ min: 1, max: 9 });
const millimetres = fc.double({ min: 0.3, max: 5, noNaN: true });

/** Up to 9 × 9 × 9 voxels with values from 0 to `most`, of any spacing. */
export function drawings(most: number): fc.Arbitrary<Drawing> {
  return fc
    .record({ size: fc.tuple(length, length, length), spacing: fc.tuple(millimetres, millimetres, millimetres) })
    .chain(({ size, spacing }) => {
      const count = size[0] * size[1] * size[2];
      const value = fc.integer({ min: 0, max: most });
      return fc
        .uint8Array({ minLength: count, maxLength: count, max: most })
        .chain((voxels) => fc.record({ voxels: fc.constant(voxels), even: fc.boolean(), value }))
        .map(({ voxels, even, value }) => {
          // Noise alone has no regions: half of the drawings are mostly of one value.
          return {
            voxels: even ? voxels.map((each, index) => (index % 5 < 3 ? value : each)) : voxels,
            grid: { size, spacing },
          };
        });
    });
}

const coordinate = fc.oneof(fc.integer({ min: -2, max: 10 }), fc.double({ min: -2, max: 10, noNaN: true }));

/** A position in or around the grid of a drawing of at most 9 voxels an axis. */
export const pointers: fc.Arbitrary<Vec3> = fc.tuple(coordinate, coordinate, coordinate);

export function voxelIn({ size }: Grid): fc.Arbitrary<Vec3> {
  const along = (axis: Axis): fc.Arbitrary<number> => fc.integer({ min: 0, max: size[axis] - 1 });
  return fc.tuple(along(0), along(1), along(2));
}

export const planes = fc.constantFrom<Axis>(0, 1, 2);
