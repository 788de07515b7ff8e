/** Typed builders of the inferers of `native/core/inferers`, with MONAI's argument names and defaults. */

import type { InfererSpec } from '../engine/types.js';
import { spec } from './spec.js';

export interface SlidingWindowArguments {
  /** Voxels of a window, one number for all axes or one each; null or 0: the size of the image. */
  readonly roi_size: number | readonly (number | null)[];
  readonly sw_batch_size?: number;
  /** Part of a window that neighbours share, in [0, 1). */
  readonly overlap?: number | readonly number[];
  readonly mode?: 'constant' | 'gaussian';
  /** Width of the Gaussian as a part of the window. */
  readonly sigma_scale?: number | readonly number[];
  /** What surrounds an image that is smaller than a window, and the value of "constant". */
  readonly padding_mode?: 'constant' | 'reflect' | 'replicate' | 'circular';
  readonly cval?: number;
}

export function SlidingWindowInferer(args: SlidingWindowArguments): InfererSpec {
  return spec('inferer', 'SlidingWindowInferer', args);
}

export interface SliceArguments extends Omit<SlidingWindowArguments, 'roi_size'> {
  /** Voxels of a window in a slice. */
  readonly roi_size: readonly [number | null, number | null];
  /** The axis across which the slices lie; 0 where it is absent, as in MONAI. */
  readonly spatial_dim?: 0 | 1 | 2;
}

/** A 2-D network through a volume, slice by slice. */
export function SliceInferer(args: SliceArguments): InfererSpec {
  return spec('inferer', 'SliceInferer', args);
}

/** The whole volume in one pass. */
export function SimpleInferer(): InfererSpec {
  return spec('inferer', 'SimpleInferer');
}
