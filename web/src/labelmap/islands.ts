import type { Edit } from './edit.js';
import type { Box, Grid } from './grid.js';

export declare function removeIslands(
  edit: Edit,
  voxels: Uint8Array,
  grid: Grid,
  value: number,
  keep: 'largest' | { readonly atLeast: number },
): { removed: number; box?: Box };
