/** Typed builders of the networks of `native/core/networks`, with MONAI's argument names and defaults. */

import type { NetworkSpec } from '../engine/types.js';

export interface UNetArguments {
  readonly spatial_dims: 2 | 3;
  readonly in_channels: number;
  /** Classes, background included. */
  readonly out_channels: number;
  /** Features of each level, finest first. */
  readonly channels: readonly number[];
  /** Of the steps between levels: one fewer than `channels`. */
  readonly strides: readonly number[];
  readonly kernel_size?: number | readonly number[];
  readonly up_kernel_size?: number | readonly number[];
  /** Convolutions of a residual unit; 0 (the default): plain convolutions. */
  readonly num_res_units?: number;
  /** "instance" (the default) has no weights of its own. */
  readonly norm?: 'batch' | 'instance' | readonly ['group', { readonly num_groups: number }];
  readonly act?: 'prelu' | 'relu' | 'leakyrelu';
  readonly dropout?: number;
  readonly bias?: boolean;
}

/** Residual U-Net; input sides must be multiples of the product of the strides. */
export function UNet(args: UNetArguments): NetworkSpec {
  return { name: 'UNet', ...args };
}
