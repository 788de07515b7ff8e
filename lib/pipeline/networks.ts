/** Typed builders of the networks of `native/core/networks`, with MONAI's argument names and defaults. */

import type { NetworkSpec } from '../engine/types.js';
import { spec } from './spec.js';

/** "instance" (the default) has no weights of its own unless it is affine. */
export type UNetNorm =
  | 'instance'
  | 'batch'
  | readonly ['instance', { readonly affine?: boolean; readonly eps?: number }]
  | readonly ['batch', { readonly affine?: boolean; readonly eps?: number; readonly momentum?: number }]
  | readonly ['group', { readonly num_groups: number; readonly affine?: boolean; readonly eps?: number }];

export type UNetActivation =
  | 'prelu'
  | 'relu'
  | 'leakyrelu'
  | readonly ['prelu', { readonly init?: number; readonly num_parameters?: number }]
  | readonly ['leakyrelu', { readonly negative_slope?: number }];

export interface UNetArguments {
  readonly spatial_dims: 2 | 3;
  readonly in_channels: number;
  /** Classes, background included. */
  readonly out_channels: number;
  /** Features of each level, finest first. */
  readonly channels: readonly number[];
  /** Of the steps between levels, one fewer than `channels`; a list has one number an axis. */
  readonly strides: readonly (number | readonly number[])[];
  /** Odd. */
  readonly kernel_size?: number | readonly number[];
  readonly up_kernel_size?: number | readonly number[];
  /** Convolutions of a residual unit; 0 (the default): plain convolutions. */
  readonly num_res_units?: number;
  readonly act?: UNetActivation;
  readonly norm?: UNetNorm;
  readonly dropout?: number;
  readonly bias?: boolean;
  /** Order of activation (A), normalisation (N) and dropout (D) after a convolution; "NDA" by default. */
  readonly adn_ordering?: string;
}

/** Residual U-Net; input sides must be multiples of the product of the strides. */
export function UNet(args: UNetArguments): NetworkSpec {
  return spec('network', 'UNet', args);
}
