/** Typed builders of the objectives of `native/core/training`: what becomes of a recipe's loss. */

import type { ObjectiveSpec } from '../engine/types.js';
import { spec } from './spec.js';

/** The loss of the network's main output: what a recipe without an objective has. */
export function Supervised(): ObjectiveSpec {
  return spec('objective', 'Supervised');
}

export interface DeepSupervisionArguments {
  /** Weights of the outputs, the main one first: 1, 0.5, 0.25, … ("exp", the default), 1, 0.5, 0.5, … ("two"), all 1 ("same"). */
  readonly weight_mode?: 'same' | 'exp' | 'two';
  /** Weights of one's own, one for each output. */
  readonly weights?: readonly number[];
}

/** The weighted sum of the losses of all outputs of a network with heads (monai.losses.DeepSupervisionLoss). */
export function DeepSupervision(args: DeepSupervisionArguments = {}): ObjectiveSpec {
  return spec('objective', 'DeepSupervision', args);
}
