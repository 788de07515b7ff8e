import type { Log } from '../log.js';
import type { AddedFile, Datastore, Expected, Info } from '../datastore/datastore.js';
import type { InferProgress, OperationRunner, Thumbnail, TrainStats } from '../engine/types.js';
import type { SubmitOptions } from '../jobs/jobs.js';
import type { Jobs } from '../jobs/jobs.js';
import type { Task } from '../jobs/task.js';
import type { LabelSummary } from './label-checks.js';
import type { AppInfo, InferResult, LabelReply, NextSample, PlacedLabel } from './answers.js';

/** Free parameters as a client sends them; validated by the method that takes them. */
export type Params = Readonly<Record<string, unknown>>;

export interface InferRequest {
  readonly model: string;
  /** Id of an image of the datastore, or its absolute path there. */
  readonly image?: string;
  /** Path of an uploaded image; wins over `image`. The caller deletes it afterwards. */
  readonly file?: string;
  /** See inferParams in infer.ts. */
  readonly params: Params;
}

export interface InferRun {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: InferProgress) => void;
}

export interface StoreOptions {
  /** As in Datastore. */
  readonly expected?: Expected;
  /** Ends the look at the file; what has passed it is stored. */
  readonly signal?: AbortSignal;
}

/** The app's life: what the server asks of it. */
export interface App {
  readonly folder: string;
  readonly datastore: Datastore;
  /** Background jobs; a training is of kind "train". */
  readonly jobs: Jobs;
  /** Names of models that can be trained, in order. */
  readonly trainers: readonly string[];

  info(): Promise<AppInfo>;
  trainStats(): Promise<AppInfo['train_stats']>;

  infer(request: InferRequest, run?: InferRun): Promise<InferResult>;

  /** Throws NOT_FOUND for an unknown strategy. `params.client_id` is remembered with the image. */
  nextSample(strategy: string, params: Params): Promise<NextSample>;

  /** The middle axial slice of an image in grey, its longer side `size` pixels. */
  thumbnail(image: string, size: number, signal?: AbortSignal): Promise<Thumbnail>;

  /** Adds or replaces; a volume that cannot be read is refused. */
  addImage(id: string, file: AddedFile, info: Info, options?: StoreOptions): Promise<{ image: string }>;
  /** A label that cannot be read, placed or understood is refused, and nothing is replaced. */
  saveLabel(image: string, tag: string, file: AddedFile, info: Info, options?: StoreOptions): Promise<LabelReply>;
  updateLabelInfo(image: string, tag: string, info: Info): Promise<LabelSummary>;
  /** Looks at labels that were laid into the folder, so that the listing says what is wrong with them. */
  lookAtLabels(): Promise<void>;
  placedLabel(image: string, tag: string, signal?: AbortSignal): Promise<PlacedLabel>;

  /** Starts a training in the background, or queues it. Throws (429) when one runs, NOT_FOUND for an unknown model. */
  train(model: string, params: Params, options?: SubmitOptions): Task;
  /** The same, waiting for its end. */
  trainNow(model: string, params: Params, signal?: AbortSignal): Promise<TrainStats>;

  /** Stops jobs, the watcher and what else lives, and deletes temporary files. */
  close(): Promise<void>;
}

/** What an app needs to start; `loadApp` in load.ts takes it. */
export interface AppOptions {
  /** The app's folder, with main.ts or main.js in it. */
  readonly folder: string;
  /** The studies: a folder, created when it is not there. */
  readonly studies: string;
  /** A folder for labels and catalogue, created when it is not there; the studies are only read then. */
  readonly labels?: string;
  /** `--conf key value` of the command line. */
  readonly conf: Readonly<Record<string, string>>;
  readonly engine: OperationRunner;
  readonly log: Log;
  /** File name patterns of images, for example "*.nii.gz"; MONAI Label's when absent. */
  readonly imagePatterns?: readonly string[];
  /** Follow changes in the studies; default true. */
  readonly watch?: boolean;
}
