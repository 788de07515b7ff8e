import type { Box, Grid } from './grid.js';

export interface PaintRule {
  readonly over: 'anything' | 'background' | readonly number[];
  readonly intensity?: { readonly image: ArrayLike<number>; readonly min: number; readonly max: number };
}

export interface Change {
  readonly box: Box;
  readonly runs: Uint8Array;
}

export declare class Edit {
  constructor(voxels: Uint8Array, grid: Grid, rule: PaintRule);
  set(index: number, value: number): void;
  finish(): Change | undefined;
}
