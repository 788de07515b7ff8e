/** Typed builders of the optimizers of `native/core/training`, with PyTorch's argument names and defaults. */

import type { OptimizerSpec } from '../engine/types.js';

export interface AdamWArguments {
  readonly lr?: number;
  readonly weight_decay?: number;
}

export function AdamW(args: AdamWArguments = {}): OptimizerSpec {
  return { name: 'AdamW', ...args };
}
