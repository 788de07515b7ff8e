/** Typed builders of the losses of `native/core/training`, with MONAI's argument names and defaults. */

import type { LossSpec } from '../engine/types.js';
import { spec } from './spec.js';

export interface DiceArguments {
  readonly include_background?: boolean;
  /** The target is a map of classes (one channel), not one channel for each. */
  readonly to_onehot_y?: boolean;
  readonly softmax?: boolean;
  readonly sigmoid?: boolean;
  /** Squares in the denominator. */
  readonly squared_pred?: boolean;
  readonly jaccard?: boolean;
  /** Sums over the batch before dividing. */
  readonly batch?: boolean;
  readonly smooth_nr?: number;
  readonly smooth_dr?: number;
  /** Of each class. */
  readonly weight?: readonly number[];
}

export function DiceLoss(args: DiceArguments): LossSpec {
  return spec('loss', 'DiceLoss', args);
}

export interface DiceCEArguments extends DiceArguments {
  readonly lambda_dice?: number;
  readonly lambda_ce?: number;
}

/** Dice loss plus cross-entropy, each with its factor (1). */
export function DiceCELoss(args: DiceCEArguments): LossSpec {
  return spec('loss', 'DiceCELoss', args);
}
