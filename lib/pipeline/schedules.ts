/**
 * Typed builders of the schedules of `native/core/training`, with PyTorch's and MONAI's argument names and defaults. They
 * start from the optimizer's `lr`. All but ReduceLROnPlateau step once an epoch, as those of MONAI Label and nnU-Net do, or
 * with `interval: 'step'` once an update of the weights. A length that is left out is that of the run.
 */

import type { ScheduleSpec } from '../engine/types.js';
import { spec } from './spec.js';

interface Interval {
  readonly interval?: 'epoch' | 'step';
}

export interface StepLRArguments extends Interval {
  readonly step_size: number;
  /** 0.1 */
  readonly gamma?: number;
}

/** Times `gamma` every `step_size` steps. */
export function StepLR(args: StepLRArguments): ScheduleSpec {
  return spec('schedule', 'StepLR', args);
}

export interface CosineAnnealingLRArguments extends Interval {
  readonly T_max?: number;
  readonly eta_min?: number;
}

/** Half a cosine down to `eta_min` (0) in `T_max` steps. */
export function CosineAnnealingLR(args: CosineAnnealingLRArguments = {}): ScheduleSpec {
  return spec('schedule', 'CosineAnnealingLR', args);
}

export interface PolynomialLRArguments extends Interval {
  readonly total_iters?: number;
  /** 1; nnU-Net's is 0.9. */
  readonly power?: number;
}

/** (1 − step / total_iters) ^ power. */
export function PolynomialLR(args: PolynomialLRArguments = {}): ScheduleSpec {
  return spec('schedule', 'PolynomialLR', args);
}

export interface WarmupCosineArguments extends Interval {
  readonly warmup_steps: number;
  readonly t_total?: number;
  readonly end_lr?: number;
  /** 0.5 */
  readonly cycles?: number;
  /** Part of the rate that the warm-up begins with, from 0 (the default) to 1. */
  readonly warmup_multiplier?: number;
}

/** Up in a line in `warmup_steps` steps, then down a cosine until `t_total`. */
export function WarmupCosineSchedule(args: WarmupCosineArguments): ScheduleSpec {
  return spec('schedule', 'WarmupCosineSchedule', args);
}

export interface ReduceLROnPlateauArguments {
  /** The mean Dice is to rise. PyTorch's default is "min", for losses. */
  readonly mode?: 'max';
  /** 0.1 */
  readonly factor?: number;
  /** Validations without a better mean Dice that are put up with, 10. */
  readonly patience?: number;
  readonly threshold?: number;
  readonly threshold_mode?: 'rel' | 'abs';
  readonly cooldown?: number;
  readonly min_lr?: number;
  readonly eps?: number;
}

/** Times `factor` when the mean Dice of the validations (without any, of the training) has stopped rising. */
export function ReduceLROnPlateau(args: ReduceLROnPlateauArguments = {}): ScheduleSpec {
  return spec('schedule', 'ReduceLROnPlateau', args);
}
