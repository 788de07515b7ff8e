import type { Edit } from './edit.js';
import type { Box, Grid } from './grid.js';

export declare function interpolateSlices(
  edit: Edit,
  voxels: Uint8Array,
  grid: Grid,
  value: number,
  axis: 0 | 1 | 2,
): Box | undefined;
