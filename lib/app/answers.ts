/** What an app answers; the server turns it into replies (rest-contract 3 and 4), key order included. */

import type { DatastoreStatus, Info, Replaced } from '../datastore/datastore.js';
import type { InferAnswer, TrainStats } from '../engine/types.js';
import type { LabelSummary } from './label-checks.js';
import type { Labels, ModelType, OptionValue } from './model.js';

export type Options = Readonly<Record<string, OptionValue>>;

export interface ModelInfo {
  readonly type: ModelType;
  readonly labels: Labels;
  readonly dimension: 2 | 3;
  readonly description: string;
  /** Not in MONAI Label: when training last published weights (ISO 8601); absent before, since clients expect no nulls. */
  readonly published?: string;
  readonly config: Options;
}

export interface TrainerInfo {
  readonly description: string;
  readonly config: Options;
  readonly labels: Labels;
}

/** All ten keys of `GET /info/`, in order. */
export interface AppInfo {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly labels: readonly string[];
  readonly models: Readonly<Record<string, ModelInfo>>;
  readonly trainers: Readonly<Record<string, TrainerInfo>>;
  readonly strategies: Readonly<Record<string, { readonly description: string }>>;
  readonly scoring: Readonly<Record<string, never>>;
  /** The latest statistics of each trainer, `{}` before its first training. */
  readonly train_stats: Readonly<Record<string, TrainStats | Record<string, never>>>;
  readonly datastore: DatastoreStatus;
  /** Not in MONAI Label: devices that cannot be used, and why. */
  readonly problems?: readonly string[];
}

/** The "params" of an inference's reply. */
export interface InferParams {
  /** Those of the model's labels that are in the mask, with the model's own numbers. */
  readonly label_names: Labels;
  readonly latencies: InferAnswer['latencies'];
  /** "label_1": ["1", "24", "19", "12"]: the value and its mean voxel index. */
  readonly centroids: Readonly<Record<string, readonly string[]>>;
  /** The value that each label of the model has in a mask; not in MONAI Label. */
  readonly label_values: Readonly<Record<string, number>>;
  /** What a person should know of it; not in MONAI Label. */
  readonly notes?: readonly string[];
}

/** A label as it was stored: MONAI Label's answer, and what became of the label. */
export interface LabelReply extends LabelSummary {
  readonly image: string;
  readonly label: string;
  readonly version: string;
  readonly replaced?: Replaced;
}

/** A stored label on the grid of its image. */
export interface PlacedLabel extends LabelSummary {
  /** Path of a `.nii.gz`; it is there until `release`. */
  readonly file: string;
  readonly version: string;
  release(): Promise<void>;
}

export interface InferResult {
  /** Path of the label file, which is there until `release`; a click's label file itself. */
  readonly file: string | Uint8Array;
  /** What the file is called. */
  readonly fileName: string;
  /** Id of the label when `save_label` was asked for, the name of the file otherwise. */
  readonly label: string;
  readonly tag: string;
  readonly params: InferParams;
  /** Deletes the file. Call it once the reply is sent or abandoned. */
  release(): Promise<void>;
}

/** `{}` when every image has a final label; otherwise id, the strategy's extras, path and the image's info. */
export type NextSample = Info | { readonly id: string; readonly path: string; readonly [extra: string]: unknown };
