/** Typed builders of the losses of `native/core/training`, with MONAI's argument names and defaults. */

import type { LossSpec } from '../engine/types.js';

export interface DiceCEArguments {
  readonly to_onehot_y?: boolean;
  readonly softmax?: boolean;
  readonly include_background?: boolean;
  /** Squares in the denominator. */
  readonly squared_pred?: boolean;
  /** Sums over the batch before dividing. */
  readonly batch?: boolean;
}

/** Dice loss plus cross-entropy, one weight each. */
export function DiceCELoss(args: DiceCEArguments): LossSpec {
  return { name: 'DiceCELoss', ...args };
}
