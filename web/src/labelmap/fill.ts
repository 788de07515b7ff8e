import type { Edit } from './edit.js';
import type { Box, Grid, Vec3 } from './grid.js';

export declare function floodFill(
  edit: Edit,
  voxels: Uint8Array,
  grid: Grid,
  seed: Vec3,
  value: number,
  plane: 0 | 1 | 2 | 'volume',
): Box | undefined;
