/** What a model of an app is: one declarative object, one file. */

import type { Float } from '../float.js';
import type {
  InfererSpec,
  LossSpec,
  NetworkSpec,
  ObjectiveSpec,
  OptimizerSpec,
  Precision,
  ScheduleSpec,
  TransformSpec,
} from '../engine/types.js';

/** Name of a label → its value in result files; 0 is background and may be left out. */
export type Labels = Readonly<Record<string, number>>;

/** The strings by which clients choose their tools (apps-and-tasks 3.1). */
export type ModelType =
  'segmentation' | 'annotation' | 'classification' | 'deepgrow' | 'deepedit' | 'scribbles' | 'detection' | 'others';

/** A default value, or a list of choices with the default first. Write `float(1)` for a number that may become 0.5. */
export type OptionValue = boolean | number | Float | string | readonly string[];

export interface InferRecipe {
  readonly preTransforms: readonly TransformSpec[];
  /** Absent without a network: then the pre-transforms leave the result under "pred". */
  readonly inferer?: InfererSpec;
  /** Take the logits back to the image's own grid before the post-transforms. Default true. */
  readonly invert?: boolean;
  readonly postTransforms: readonly TransformSpec[];
}

export interface TrainRecipe {
  readonly description: string;
  readonly trainTransforms: readonly TransformSpec[];
  readonly validationTransforms: readonly TransformSpec[];
  readonly validationInferer: InfererSpec;
  readonly loss: LossSpec;
  /** `DeepSupervision()` for a network with heads; absent: the loss of its main output. */
  readonly objective?: ObjectiveSpec;
  readonly optimizer: OptimizerSpec;
  /** Of the learning rate; absent: the optimizer's own, all the time. */
  readonly schedule?: ScheduleSpec;
  /** Batches whose gradients are averaged for one update of the weights; 1 by default. An epoch ends with an update. */
  readonly accumulate?: number;
  /** The 2-norm of all gradients is at most this (clip_grad_norm_). Excludes `clipValue`. */
  readonly clipNorm?: number;
  /** Each gradient lies within ± this (clip_grad_value_). */
  readonly clipValue?: number;
  /** Keeps a moving average of the weights, average · decay + weights · (1 − decay), and validates and publishes that. */
  readonly emaDecay?: number;
  /** What the network computes in while it learns, "float32" by default; devices without bfloat16 refuse it. */
  readonly precision?: Precision;
  /** Defaults of the options that clients see and may send (apps-and-tasks 4.1), where they differ from MONAI Label's. */
  readonly options?: Readonly<Record<string, OptionValue>>;
}

export interface Model {
  readonly type: ModelType;
  readonly description: string;
  readonly dimension: 2 | 3;
  /** Absent for a model that needs none; it has no weights and cannot be trained. */
  readonly network?: NetworkSpec;
  readonly infer: InferRecipe;
  readonly train?: TrainRecipe;
  /** Options of an inference that clients see and may send. */
  readonly options?: Readonly<Record<string, OptionValue>>;
}

export interface ModelContext {
  readonly labels: Labels;
  /** Number of labels and background. */
  readonly classes: number;
  /** `--conf key value` of the command line. */
  readonly conf: Readonly<Record<string, string>>;
}

/** A model file's default export. */
export interface ModelFile {
  readonly name: string;
  /** Default labels; `--conf labels a,b,c` replaces them. */
  readonly labels: Labels;
  /** Weights for the default labels that can be fetched from below the app's `pretrainedPath`. */
  readonly pretrained?: { readonly file: string; readonly sha256?: string };
  build(context: ModelContext): Model;
}

export function defineModel(file: ModelFile): ModelFile {
  return file;
}
