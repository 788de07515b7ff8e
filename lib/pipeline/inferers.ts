/** Typed builders of the inferers of `native/core/inferers`, with MONAI's argument names and defaults. */

import type { InfererSpec } from '../engine/types.js';

export interface SlidingWindowArguments {
  /** Voxels of a window. */
  readonly roi_size: number | readonly number[];
  readonly sw_batch_size?: number;
  /** Part of a window that neighbours share, in [0, 1). */
  readonly overlap?: number;
  readonly mode?: 'constant' | 'gaussian';
  readonly padding_mode?: 'constant' | 'replicate';
}

export function SlidingWindowInferer(args: SlidingWindowArguments): InfererSpec {
  return { name: 'SlidingWindowInferer', ...args };
}

/** The whole volume in one pass. */
export function SimpleInferer(): InfererSpec {
  return { name: 'SimpleInferer' };
}
