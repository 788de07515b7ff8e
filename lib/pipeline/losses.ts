/** Typed builders of the losses of `native/core/training`, with MONAI's argument names and defaults. */

import type { LossSpec } from '../engine/types.js';
import { spec } from './spec.js';

interface LossInputs {
  readonly include_background?: boolean;
  /** The target is a map of classes (one channel), not one channel for each. */
  readonly to_onehot_y?: boolean;
  /** Of what is left for each sample and class; "mean" by default. */
  readonly reduction?: 'mean' | 'sum';
}

interface OverlapArguments extends LossInputs {
  readonly softmax?: boolean;
  readonly sigmoid?: boolean;
  /** Sums over the batch before dividing. */
  readonly batch?: boolean;
  readonly smooth_nr?: number;
  readonly smooth_dr?: number;
}

interface TargetArguments {
  /** The target lies between 0 and 1. */
  readonly soft_label?: boolean;
}

interface IgnoreArguments {
  /** Voxels of this class do not count. */
  readonly ignore_index?: number;
}

interface DicePart extends OverlapArguments {
  /** Squares in the denominator. */
  readonly squared_pred?: boolean;
  readonly jaccard?: boolean;
}

/** One factor for all classes, or one each: without background where `include_background` is false. */
type ClassWeights = number | readonly number[];

export interface DiceArguments extends DicePart, TargetArguments, IgnoreArguments {
  readonly weight?: ClassWeights;
}

export function DiceLoss(args: DiceArguments): LossSpec {
  return spec('loss', 'DiceLoss', args);
}

export interface DiceCEArguments extends DicePart {
  /** Of each class, background included. */
  readonly weight?: readonly number[];
  readonly lambda_dice?: number;
  readonly lambda_ce?: number;
  /** From 0 to 1. */
  readonly label_smoothing?: number;
}

/** Dice loss plus cross-entropy, each with its factor (1). */
export function DiceCELoss(args: DiceCEArguments): LossSpec {
  return spec('loss', 'DiceCELoss', args);
}

interface FocalPart {
  /** 2 */
  readonly gamma?: number;
  /** Of positive voxels, from 0 to 1: one for all classes, where the others get 1 - alpha, or one each. */
  readonly alpha?: ClassWeights;
  readonly weight?: ClassWeights;
}

export interface FocalArguments extends LossInputs, FocalPart, IgnoreArguments {
  /** Of the softmax over the classes, not of a sigmoid of each. */
  readonly use_softmax?: boolean;
}

export function FocalLoss(args: FocalArguments): LossSpec {
  return spec('loss', 'FocalLoss', args);
}

export interface DiceFocalArguments extends DicePart, FocalPart {
  readonly lambda_dice?: number;
  readonly lambda_focal?: number;
}

/** Dice loss plus focal loss, each with its factor (1). The focal part is that of a sigmoid, whatever the Dice part is of. */
export function DiceFocalLoss(args: DiceFocalArguments): LossSpec {
  return spec('loss', 'DiceFocalLoss', args);
}

export interface GeneralizedDiceArguments extends OverlapArguments, TargetArguments {
  /** How a class is weighted by its volume: 1 / volume² (the default), 1 / volume, or not. */
  readonly w_type?: 'square' | 'simple' | 'uniform';
}

export function GeneralizedDiceLoss(args: GeneralizedDiceArguments): LossSpec {
  return spec('loss', 'GeneralizedDiceLoss', args);
}

export interface TverskyArguments extends OverlapArguments, TargetArguments, IgnoreArguments {
  /** Of false positives, 0.5. */
  readonly alpha?: number;
  /** Of false negatives, 0.5. */
  readonly beta?: number;
}

export function TverskyLoss(args: TverskyArguments): LossSpec {
  return spec('loss', 'TverskyLoss', args);
}
