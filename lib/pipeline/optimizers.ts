/** Typed builders of the optimizers of `native/core/training`, with PyTorch's argument names and defaults. */

import type { OptimizerSpec } from '../engine/types.js';
import { spec } from './spec.js';

export interface AdamArguments {
  /** 1e-3 */
  readonly lr?: number;
  /** 0.9, 0.999 */
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  /** 0 for Adam, 0.01 for AdamW */
  readonly weight_decay?: number;
}

export function Adam(args: AdamArguments = {}): OptimizerSpec {
  return spec('optimizer', 'Adam', args);
}

/** Adam whose weight decay does not pass through the gradient. */
export function AdamW(args: AdamArguments = {}): OptimizerSpec {
  return spec('optimizer', 'AdamW', args);
}
