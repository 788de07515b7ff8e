/** One training: from what a client asked and the labels there are to what the engine runs. */

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isSafeName } from '../datastore/local/names.js';
import type { LabelValue, TrainCase, TrainOptions, TransformSpec } from '../engine/types.js';
import { LabelError } from '../errors.js';
import { taskTime } from '../jobs/task.js';
import { spec } from '../pipeline/spec.js';
import type { Options } from './answers.js';
import type { Params } from './app.js';
import type { Devices } from './devices.js';
import { needsNames, type KnownLabel } from './label-checks.js';
import { classesOf, overlapOf } from './label-meaning.js';
import type { LoadedModel } from './loaded-model.js';
import type { TrainRecipe } from './model.js';
import { flag, number, parseParams, wholeNumber, wholeNumberFrom } from './params.js';
import { statsFile } from './weights.js';

/** Every option that clients see (apps-and-tasks 4.1), its default and its place. A recipe may change defaults. */
export function trainerConfig(recipe: TrainRecipe, devices: Devices): Options {
  return {
    name: 'train_01',
    pretrained: true,
    device: devices.displayNames,
    max_epochs: 50,
    early_stop_patience: -1,
    val_split: 0.2,
    train_batch_size: 1,
    val_batch_size: 1,
    multi_gpu: true,
    gpus: 'all',
    dataset: ['SmartCacheDataset', 'CacheDataset', 'PersistentDataset', 'Dataset'],
    dataloader: ['ThreadDataLoader', 'DataLoader'],
    tracking: ['None', 'mlflow'],
    tracking_uri: '',
    tracking_experiment_name: '',
    ...recipe.options,
  };
}

/** What is read of them; the others are accepted so that clients can send everything they saw. */
const trainParams = z.object({
  /** Of the run, and so of its folder; the same name goes on from the best weights so far. */
  name: z.string().refine((name) => isSafeName(name) && name !== statsFile, 'must be a plain name'),
  /** Start from existing weights. */
  pretrained: flag,
  device: z.string().optional(),
  max_epochs: wholeNumberFrom(1),
  /** Validations without a better result before stopping; 0 or less: never. */
  early_stop_patience: wholeNumber,
  val_split: number.refine((part) => part >= 0 && part < 1, 'must be at least 0 and less than 1'),
  train_batch_size: wholeNumberFrom(1, 64),
  /** "Dataset" prepares every image anew each epoch; all others keep prepared images in memory. */
  dataset: z.string(),
  seed: wholeNumberFrom(0, 2 ** 32 - 1).optional(),
  /** Validate every so many epochs. */
  val_interval: wholeNumberFrom(1).default(1),
  /** Go on with an interrupted run: optimizer, epoch and random numbers too. */
  resume: flag.default(false),
});

/** Part of the free memory that prepared images may take; inference needs the rest. */
const cachePart = 0.4;

/** An image with its submitted label. */
export interface SubmittedCase {
  readonly id: string;
  readonly image: string;
  readonly label: string;
  /** Undefined where nobody has looked at it yet: then it is taken for usable. */
  readonly known: KnownLabel | undefined;
}

export interface TrainingPlan {
  readonly options: TrainOptions;
  /** Sentences on the cases that the model cannot learn from. */
  readonly leftOut: readonly string[];
}

/** Throws INVALID_INPUT for a wrong parameter, and when there is no label to learn from. */
export function planTraining(
  { name, model, labels, weights }: LoadedModel,
  submitted: readonly SubmittedCase[],
  params: Params,
  devices: Devices,
): TrainingPlan {
  const { train: recipe, network } = model;
  if (recipe === undefined || network === undefined) throw new LabelError('INVALID_INPUT', `${name} cannot be trained`);
  const asked = parseParams(trainParams, params, trainerConfig(recipe, devices));
  const { cases, leftOut } = usableCases(name, submitted, labels);
  const trainCount = Math.floor((1 - asked.val_split) * cases.length + 0.5);
  requireForeground(name, cases.slice(0, trainCount));
  const start = asked.pretrained ? weights.startingPoint(asked.name) : undefined;
  const device = devices.resolve(asked.device);
  if (recipe.precision !== undefined) devices.requirePrecision(device, recipe.precision);
  const options: TrainOptions = {
    device,
    network,
    ...(start !== undefined && { initialWeights: start }),
    trainCases: cases.slice(0, trainCount).map(toTrainCase),
    validationCases: cases.slice(trainCount).map(toTrainCase),
    trainTransforms: withLabelLoading(recipe.trainTransforms),
    validationTransforms: withLabelLoading(recipe.validationTransforms),
    validationInferer: recipe.validationInferer,
    loss: recipe.loss,
    optimizer: recipe.optimizer,
    ...howItLearns(recipe),
    maxEpochs: asked.max_epochs,
    trainBatchSize: asked.train_batch_size,
    validationInterval: asked.val_interval,
    earlyStopPatience: asked.early_stop_patience > 0 ? asked.early_stop_patience : -1,
    ...(asked.seed !== undefined && { seed: asked.seed }),
    cache: {
      maxBytes: asked.dataset === 'Dataset' ? 0 : Math.floor(process.availableMemory() * cachePart),
      float16: false,
    },
    dataThreads: Math.max(1, Math.min(4, availableParallelism() - 1)),
    runFolder: join(weights.runs, asked.name),
    runId: runId(new Date()),
    checkpointInterval: 20,
    checkpointsKept: 5,
    publishPath: weights.published,
    statsPath: weights.stats,
    resume: asked.resume,
  };
  return { options, leftOut };
}

/** What a recipe may leave out. */
function howItLearns({ objective, schedule, accumulate, clipNorm, clipValue, emaDecay, precision }: TrainRecipe) {
  return {
    ...(objective && { objective }),
    ...(schedule && { schedule }),
    ...(accumulate !== undefined && { accumulate }),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(clipValue !== undefined && { clipValue }),
    ...(emaDecay !== undefined && { emaDecay }),
    ...(precision !== undefined && { precision }),
  };
}

/** Labels are loaded as the model's classes and on the grid of their image, whatever the recipe does afterwards. */
function withLabelLoading(transforms: readonly TransformSpec[]): TransformSpec[] {
  return transforms.flatMap((each) => {
    if (each.name !== 'LoadImaged') return [each];
    const { keys } = each;
    const others = (Array.isArray(keys) ? (keys as unknown[]) : [keys]).filter((key) => key !== 'label');
    const images = others.length === 0 ? [] : [{ ...each, keys: others }];
    return [...images, spec('transform', 'LoadLabeld', { keys: ['label'] })];
  });
}

interface UsableCase extends SubmittedCase {
  /** Absent where nobody has looked at the label yet. */
  readonly classes?: readonly LabelValue[];
}

function toTrainCase({ image, label, classes }: UsableCase): TrainCase {
  return { image, label, ...(classes && { labelValues: classes }) };
}

function usableCases(name: string, submitted: readonly SubmittedCase[], labels: LoadedModel['labels']) {
  if (submitted.length === 0) {
    throw new LabelError(
      'INVALID_INPUT',
      `There is nothing to train ${name} with yet: submit at least one label first`,
    );
  }
  const cases: UsableCase[] = [];
  const leftOut: string[] = [];
  for (const each of submitted) {
    const { classes, reason } = each.known === undefined ? {} : classesOrReason(each.known, labels);
    if (reason !== undefined) leftOut.push(`${each.id} is left out: ${reason}`);
    else cases.push({ ...each, ...(classes && { classes }) });
  }
  if (cases.length === 0) {
    throw new LabelError(
      'INVALID_INPUT',
      `None of the ${submitted.length} submitted labels can teach ${name}, which knows ` +
        `${Object.keys(labels).join(', ')}: ${leftOut.slice(0, 10).join('; ')}`,
    );
  }
  return { cases, leftOut };
}

function classesOrReason(
  known: KnownLabel,
  labels: LoadedModel['labels'],
): { readonly classes?: readonly LabelValue[]; readonly reason?: string } {
  if ('problem' in known) return { reason: known.problem };
  const { facts, meaning } = known;
  if (meaning.needsNames.length > 0) return { reason: needsNames(meaning.needsNames) };
  const classes = classesOf(meaning, labels);
  if (classes === undefined) {
    const names = [...meaning.labelValues.keys()];
    const isAbout = names.length > 0 ? names.join(', ') : 'values that are none of the model’s';
    return { reason: `it is about ${isAbout}` };
  }
  const overlap = overlapOf(facts, classes);
  return overlap === undefined ? { classes } : { reason: overlap };
}

/** A network that never saw a voxel of its labels learns that there are none. */
function requireForeground(name: string, cases: readonly UsableCase[]): void {
  const hasForeground = ({ known, classes = [] }: UsableCase): boolean => {
    if (known === undefined || 'problem' in known) return true;
    // Labels on a finer grid may lose what is smaller than a voxel of the image.
    return classes.some(({ value }) => !known.facts.vanished.includes(value));
  };
  if (cases.length === 0) {
    throw new LabelError(
      'INVALID_INPUT',
      `val_split leaves no label to train ${name} on: lower it or submit more labels`,
    );
  }
  if (cases.some(hasForeground)) return;
  throw new LabelError(
    'INVALID_INPUT',
    `None of the ${cases.length} labels to train with has a voxel of what ${name} looks for: there is nothing to learn`,
  );
}

/** "20261124_023659", local time. */
function runId(date: Date): string {
  const [day, time] = taskTime(date).replace(/[-:]/g, '').split(' ');
  return `${day}_${time}`;
}
