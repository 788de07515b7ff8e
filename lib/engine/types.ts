/**
 * The whole boundary between TypeScript and the native core: what can be asked and what is answered.
 *
 * An operation is one JSON object in and one out, in which a field may be bytes; files carry the voxels. Names, defaults and meaning of
 * specs are MONAI's. The native side reads every field by name and rejects what it does not know, so this file and
 * `native/core/operations/` cannot drift silently.
 */

declare const kind: unique symbol;

export type SpecKind = 'transform' | 'network' | 'inferer' | 'loss' | 'objective' | 'optimizer' | 'schedule';

/**
 * A transform, network, inferer, loss, objective, optimizer, schedule: a name and MONAI's arguments. Its kind is known to the compiler only, so
 * that no loss is taken for a network; `spec` of `lib/pipeline` makes one.
 */
export interface Spec<Kind extends SpecKind> {
  readonly [kind]: Kind;
  readonly name: string;
  readonly [argument: string]: unknown;
}

export type TransformSpec = Spec<'transform'>;
export type NetworkSpec = Spec<'network'>;
export type InfererSpec = Spec<'inferer'>;
export type LossSpec = Spec<'loss'>;
export type ObjectiveSpec = Spec<'objective'>;
export type OptimizerSpec = Spec<'optimizer'>;
export type ScheduleSpec = Spec<'schedule'>;

export type Precision = 'float32' | 'bfloat16';

/** Who goes first on a device: a waiting click before an automatic inference before a batch before scoring. */
type Priority = 'click' | 'infer' | 'batch' | 'scoring';

/** Voxel counts [I, J, K], axis order of the file. */
type Shape = readonly [number, number, number];

export interface DeviceInfo {
  /** "cpu", "cuda:0", …: what the `device` option of an operation takes. */
  readonly name: string;
  /** What a person calls it, for example "NVIDIA H200" or the processor's name. */
  readonly description: string;
  /** Bytes. */
  readonly memoryTotal: number;
  readonly memoryFree: number;
  readonly precisions: readonly Precision[];
  /** Why it cannot be used at present. */
  readonly error?: string;
}

interface ImageHeader {
  readonly format: 'nifti1' | 'nifti2' | 'nrrd';
  readonly compressed: boolean;
  readonly shape: Shape;
  readonly dimensions: 2 | 3;
  readonly channels: number;
  /** numpy's name of the stored type. */
  readonly dtype: string;
  /** Voxel index → RAS millimetres, four rows. */
  readonly affine: readonly (readonly number[])[];
  /** Millimetres along each axis. */
  readonly spacing: readonly [number, number, number];
  /** "RAS", "LPS", … of the stored axes. */
  readonly orientation: string;
}

/** Where a person clicked, and the class of the model that belongs there (0: background). */
export interface Click {
  /** Voxel index in the file. */
  readonly index: readonly [number, number, number];
  readonly label: number;
}

export interface InferOptions {
  /** Path of the image file. */
  readonly image: string;
  /** False where the file is gone after this inference: what is prepared of it is not kept for later ones. */
  readonly keep?: boolean;
  readonly clicks?: readonly Click[];
  readonly device: string;
  readonly precision: Precision;
  readonly priority: Priority;
  /** Absent for a TorchScript file. */
  readonly network?: NetworkSpec;
  /** Path of the weights or of the TorchScript file; absent, as `inferer`, for a model without a network. */
  readonly weights?: string;
  readonly preTransforms: readonly TransformSpec[];
  readonly inferer?: InfererSpec;
  /** Take the logits back to the file's grid before the post-transforms (MONAI Label's inverse_transforms() → []). */
  readonly invert: boolean;
  readonly postTransforms: readonly TransformSpec[];
  readonly output: ResultTarget & {
    /** numpy's name. */
    readonly dtype: string;
    readonly compress: boolean;
    /** What the values of a `.seg.nrrd` are; colours from 0 to 1. */
    readonly segments?: readonly {
      readonly name: string;
      readonly value: number;
      readonly color: readonly [number, number, number];
    }[];
  };
}

/** The label file: where it is to be written, or its suffix when the answer is to hold it. */
export type ResultTarget = { readonly path: string } | { readonly extension: string };

export interface InferAnswer {
  readonly shape: Shape;
  /** Voxels of each value but 0, by value as text, ascending. */
  readonly counts: Readonly<Record<string, number>>;
  /** Mean voxel index of each value, truncated, by value as text. */
  readonly centroids: Readonly<Record<string, readonly [number, number, number]>>;
  /** Seconds. */
  readonly latencies: {
    readonly pre: number;
    readonly infer: number;
    readonly invert: number;
    readonly post: number;
    readonly write: number;
    readonly total: number;
    readonly transform: {
      readonly pre: Readonly<Record<string, number>>;
      readonly post: Readonly<Record<string, number>>;
    };
  };
  readonly device: string;
  readonly precision: Precision;
  /** What ran the network: "fused oneDNN", "ATen", "TorchScript", or "none". */
  readonly backend: string;
  /** Voxels of the image that were NaN or infinite and were replaced by the lowest or highest finite value. */
  readonly replacedVoxels: number;
  /** How it went on where memory ran out. */
  readonly fallback?: string;
  /** The label file, where no path was given. */
  readonly file?: Uint8Array;
}

/** Progress of an inference: fraction of the windows done. */
export interface InferProgress {
  readonly stage: 'pre' | 'infer' | 'invert' | 'post' | 'write';
  readonly done: number;
}

/** What a value of a label file stands for where it goes. */
export interface LabelValue {
  /** Of the file; 0 in one without layers. */
  readonly layer: number;
  readonly value: number;
  /** Class of a model, or value in another file. */
  readonly target: number;
  /** What sentences about it call it. */
  readonly name?: string;
}

export interface LabelCheck {
  /** How it lies on its image: on the same grid; in another axis order; as another program reads the image's header; on another grid. */
  readonly placement: 'same' | 'reordered' | 'otherReading' | 'resampled';
  /** For each layer: value but 0, as text, → number of voxels. */
  readonly layers: readonly Readonly<Record<string, number>>[];
  /** Values of two layers that share voxels. */
  readonly overlaps: readonly {
    readonly layers: readonly [number, number];
    readonly values: readonly [number, number];
    readonly voxels: number;
  }[];
  /** Values without a voxel on the image's grid. */
  readonly vanished: readonly number[];
}

export interface TrainCase {
  readonly image: string;
  readonly label: string;
  /** What its values are for the model; absent: its classes. Unlisted values are background. */
  readonly labelValues?: readonly LabelValue[];
}

export interface TrainOptions {
  readonly device: string;
  readonly network: NetworkSpec;
  /** Weights to start from; absent: MONAI's initialisation. */
  readonly initialWeights?: string;
  readonly trainCases: readonly TrainCase[];
  readonly validationCases: readonly TrainCase[];
  readonly trainTransforms: readonly TransformSpec[];
  readonly validationTransforms: readonly TransformSpec[];
  /** Led over validation images. */
  readonly validationInferer: InfererSpec;
  readonly loss: LossSpec;
  /** What becomes of the loss; absent: that of the network's main output. */
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
  /** Of a moving average of the weights, in [0, 1): with it, the average is validated and published. */
  readonly emaDecay?: number;
  /** What the network computes in while it learns, "float32" by default; weights, losses and validations are float32. */
  readonly precision?: Precision;
  readonly maxEpochs: number;
  readonly trainBatchSize: number;
  /** Validate every so many epochs. */
  readonly validationInterval: number;
  /** Validations without a better mean Dice before stopping; -1: never. */
  readonly earlyStopPatience: number;
  /** Equal seeds repeat a run; absent: from the clock. */
  readonly seed?: number;
  readonly cache: {
    /** Bytes that prepared cases may take in memory; what does not fit is prepared again each epoch. */
    readonly maxBytes: number;
    /** Keep images as float16, labels as uint8. */
    readonly float16: boolean;
  };
  /** Threads that load and augment beside the training thread. */
  readonly dataThreads: number;
  /** Folder of the run: model.pt (best), checkpoint_epoch=N.pt, checkpoint_final.pt, stats_<runId>.json. */
  readonly runFolder: string;
  readonly runId: string;
  /** Every so many epochs a checkpoint, and how many are kept. */
  readonly checkpointInterval: number;
  readonly checkpointsKept: number;
  /** Where the best weights go live, and the copy of the latest statistics. */
  readonly publishPath: string;
  readonly statsPath: string;
  /** Continue an interrupted run of the same folder: weights, optimizer, epoch and random state. */
  readonly resume: boolean;
}

/** The specs of a model, to be constructed and nothing else. Only `trainTransforms` may be random. */
export interface CheckOptions {
  readonly network?: NetworkSpec;
  readonly inferer?: InfererSpec;
  readonly preTransforms?: readonly TransformSpec[];
  readonly postTransforms?: readonly TransformSpec[];
  readonly trainTransforms?: readonly TransformSpec[];
  readonly validationTransforms?: readonly TransformSpec[];
  readonly validationInferer?: InfererSpec;
  readonly loss?: LossSpec;
  readonly objective?: ObjectiveSpec;
  readonly optimizer?: OptimizerSpec;
  readonly schedule?: ScheduleSpec;
}

/** The statistics that clients show (apps-and-tasks 4.6), also the progress of a training, once an epoch. */
export interface TrainStats {
  readonly rank: number;
  readonly current_epoch: number;
  readonly current_iteration: number;
  readonly total_epochs: number;
  readonly total_iterations: number;
  readonly epoch: number;
  readonly start_ts: number;
  /** "0:03:12"; replaced by total_time when the run has ended. */
  readonly current_time?: string;
  readonly total_time?: string;
  readonly best_metric: number;
  /** One entry an epoch of this run; not in MONAI Label. */
  readonly history: readonly TrainEpoch[];
  readonly train: TrainStatsPart;
  readonly eval?: TrainStatsPart;
}

interface TrainEpoch {
  readonly epoch: number;
  readonly train_loss: number;
  readonly train_mean_dice: number;
  readonly val_mean_dice?: number;
}

interface TrainStatsPart {
  /** Where there are several labels, also "train_1_mean_dice", "val_1_mean_dice" and so on, by the label's number. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly key_metric_name: string;
  readonly best_metric: number;
  readonly best_metric_epoch: number;
}

/** What a running training reports: a line for a person, and the statistics after each epoch. */
export interface TrainProgress {
  readonly message?: string;
  readonly stats?: TrainStats;
}

export interface Thumbnail {
  readonly width: number;
  readonly height: number;
  /** 0 to 255, rows from top to bottom. */
  readonly pixels: Uint8Array;
}

/** Every operation: its options, its answer, its progress. */
export interface Operations {
  /** Versions and devices. */
  info: { options: Record<string, never>; answer: RuntimeInfo; progress: never };
  /** Runs a small 3-D convolution on one device and compares it with the sum written out. */
  selfTest: { options: { device: string }; answer: { seconds: number; maxDifference: number }; progress: never };
  /** Refuses a spec with a wrong argument, and windows that the network cannot take. */
  check: { options: CheckOptions; answer: Record<string, never>; progress: never };
  readHeader: { options: { path: string }; answer: ImageHeader; progress: never };
  /** Rewrites an image in another format, type or compression; geometry is kept. */
  convertImage: {
    options: { input: string; output: string; dtype?: string; compress?: boolean };
    answer: ImageHeader;
    progress: never;
  };
  infer: { options: InferOptions; answer: InferAnswer; progress: InferProgress };
  train: { options: TrainOptions; answer: TrainStats; progress: TrainProgress };
  /** Reads a weight file without executing it; proves that it loads, and fits the network. Sizes are those of the tensors. */
  inspectWeights: {
    options: { path: string; network?: NetworkSpec };
    answer: { tensors: number; parameters: number };
    progress: never;
  };
  /** Reads an image to its end: a file that was cut off or damaged is refused. */
  checkImage: { options: { path: string }; answer: ImageHeader; progress: never };
  /** What a label file holds and how it lies on its image. Reads all of it. */
  checkLabel: { options: { label: string; image: string }; answer: LabelCheck; progress: never };
  /** Writes a label on the grid of its image, one layer, uint8, uint16 or int32 as its values need. Unlisted values become 0; without a list they stay. */
  placeLabel: {
    options: { label: string; image: string; values?: readonly LabelValue[]; output: string };
    answer: { dtype: 'uint8' | 'uint16' | 'int32' };
    progress: never;
  };
  /** Dice of each value of `reference` between two label files of the same grid. */
  dice: {
    options: { prediction: string; reference: string };
    answer: { dice: Readonly<Record<string, number>>; mean: number };
    progress: never;
  };
  /** The middle axial slice in grey, right of the patient on the left; the longer side has `size` pixels. */
  thumbnail: {
    options: { path: string; size: number };
    answer: Thumbnail;
    progress: never;
  };
  /** A seeded abdominal CT phantom with its labels: 1 spleen, 2 liver, 3 right kidney, 4 left kidney, in that order. */
  writePhantom: {
    options: { seed: number; image: string; label: string };
    answer: { labels: Readonly<Record<string, number>> };
    progress: never;
  };
}

export type OperationName = keyof Operations;

/** What runs operations: the Engine of engine.ts, or a stand-in that records what it was asked. */
export interface OperationRunner {
  run<Name extends OperationName>(
    name: Name,
    options: Operations[Name]['options'],
    control?: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Operations[Name]['progress']) => void },
  ): Promise<Operations[Name]['answer']>;
}

interface RuntimeInfo {
  /** Version of libtorch, and of CUDA where it was built with it. */
  readonly libtorch: string;
  readonly cuda: string | null;
  /** Threads that an operation on the CPU uses. */
  readonly threads: number;
  readonly devices: readonly DeviceInfo[];
}

/** The codes of native/core/runtime/error.hpp, and CONFLICT: somebody else has written in the meantime. */
export const errorCodes = [
  'INVALID_INPUT',
  'INVALID_FILE',
  'UNFIT_LABEL',
  'NOT_FOUND',
  'UNSUPPORTED',
  'TOO_LARGE',
  'OUT_OF_MEMORY',
  'CANCELLED',
  'CONFLICT',
  'IO',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof errorCodes)[number];
