import type { Edit } from './edit.js';
import { boxAround, eachAxis, isEmpty, stridesOf, unite, type Box, type Grid } from './grid.js';
import { IntList } from './int-list.js';

/** The voxels of a value as runs along x, in memory order. */
interface Runs {
  /** Index of the first voxel of each run. */
  readonly starts: Int32Array;
  /** Index behind the last voxel of each run. */
  readonly ends: Int32Array;
  /** First run of each row of the box, rows of a slice after each other; one entry more than rows. */
  readonly rows: Int32Array;
}

/**
 * Clears all islands of a value but the largest (the first in memory of equal ones), or but those of at least so many
 * cubic millimetres. An island is what hangs together by faces, as for `floodFill`. Returns how many were too small,
 * and a box around what was cleared; voxels that the rule protects stay.
 */
export function removeIslands(
  edit: Edit,
  voxels: Uint8Array,
  grid: Grid,
  value: number,
  keep: 'largest' | { readonly atLeast: number },
): { removed: number; box?: Box } {
  const around = boxAround(voxels, grid.size, value);
  if (around === undefined) return { removed: 0 };
  const runs = findRuns(voxels, grid, around, value);
  const island = joinRuns(runs, grid, around);
  const sizes = new Float64Array(island.length);
  island.forEach((root, run) => (sizes[root]! += runs.ends[run]! - runs.starts[run]!));
  const [millimetresX, millimetresY, millimetresZ] = grid.spacing;
  const voxelVolume = millimetresX * millimetresY * millimetresZ;
  const largest = keep === 'largest' ? sizes.indexOf(sizes.reduce((a, b) => Math.max(a, b), 0)) : -1;
  const stays = (root: number): boolean => {
    return keep === 'largest' ? root === largest : sizes[root]! * voxelVolume >= keep.atLeast;
  };

  let removed = 0;
  let box: Box = { min: [0, 0, 0], max: [0, 0, 0] };
  island.forEach((root, run) => {
    if (stays(root)) return;
    if (root === run) removed++;
    const [start, end] = [runs.starts[run]!, runs.ends[run]!];
    for (let index = start; index < end; index++) edit.set(index, 0);
    box = unite(box, boxOfRun(start, end, grid));
  });
  return isEmpty(box) ? { removed } : { removed, box };
}

function findRuns(voxels: Uint8Array, { size }: Grid, { min, max }: Box, value: number): Runs {
  const [, strideY, strideZ] = stridesOf(size);
  const [starts, ends, rows] = [new IntList(), new IntList(), new IntList()];
  for (let z = min[2]; z < max[2]; z++) {
    for (let y = min[1]; y < max[1]; y++) {
      rows.push(starts.length);
      const row = y * strideY + z * strideZ;
      let before = 0;
      for (let index = row + min[0]; index < row + max[0]; index++) {
        const now = voxels[index] === value ? 1 : 0;
        if (now > before) starts.push(index);
        else if (now < before) ends.push(index);
        before = now;
      }
      if (before === 1) ends.push(row + max[0]);
    }
  }
  rows.push(starts.length);
  return { starts: starts.view(), ends: ends.view(), rows: rows.view() };
}

/** For each run the first run of its island. */
function joinRuns({ starts, ends, rows }: Runs, { size }: Grid, { min, max }: Box): Int32Array {
  const [, strideY, strideZ] = stridesOf(size);
  const parents = Int32Array.from(starts, (_, run) => run);
  const rootOf = (run: number): number => {
    let at = run;
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  };
  const join = (a: number, b: number): void => {
    const [rootA, rootB] = [rootOf(a), rootOf(b)];
    if (rootA < rootB) parents[rootB] = rootA;
    else parents[rootA] = rootB;
  };
  const joinRows = (row: number, earlier: number, stride: number): void => {
    let [a, b] = [rows[row]!, rows[earlier]!];
    while (a < rows[row + 1]! && b < rows[earlier + 1]!) {
      if (starts[a]! < ends[b]! + stride && starts[b]! + stride < ends[a]!) join(a, b);
      if (ends[a]! < ends[b]! + stride) a++;
      else b++;
    }
  };
  const [, height, depth] = eachAxis((axis) => max[axis] - min[axis]);
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      const row = y + z * height;
      if (y > 0) joinRows(row, row - 1, strideY);
      if (z > 0) joinRows(row, row - height, strideZ);
    }
  }
  return parents.map((_, run) => rootOf(run));
}

function boxOfRun(start: number, end: number, { size: [width, height] }: Grid): Box {
  const row = Math.floor(start / width);
  const [x, y, z] = [start % width, row % height, Math.floor(row / height)];
  return { min: [x, y, z], max: [x + end - start, y + 1, z + 1] };
}
