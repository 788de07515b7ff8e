import type { Edit } from './edit.js';
import type { Box, Vec3 } from './grid.js';

export interface Brush {
  readonly value: number;
  readonly radius: number;
  readonly plane: 0 | 1 | 2 | 'sphere';
}

export declare function paintStroke(edit: Edit, from: Vec3, to: Vec3, brush: Brush): Box;
