/** One inference: from what a client asked to what the engine runs, and back. */

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { InferAnswer, InferOptions, OperationRunner, TransformSpec } from '../engine/types.js';
import { LabelError } from '../errors.js';
import { isVolumeExtension, volumeExtensions } from '../files/extensions.js';
import { spec } from '../pipeline/spec.js';
import type { InferParams } from './answers.js';
import type { InferRun, Params } from './app.js';
import { clicksOf } from './clicks.js';
import type { Devices } from './devices.js';
import { foreground } from './labels.js';
import type { LoadedModel } from './loaded-model.js';
import type { Labels } from './model.js';
import { isSafeName } from '../datastore/local/names.js';
import { flag, parseParams } from './params.js';
import { resultFile, resultTypes } from './result-file.js';

/** What a client may say about an inference (rest-contract 3.3); the rest is left to the model. */
const inferParams = z.object({
  /** A name from `/info/`, "cuda", "cuda:1" or "cpu". */
  device: z.string().optional(),
  precision: z.enum(['float32', 'bfloat16']).default('float32'),
  /** Of the label file; the image's when absent. */
  result_extension: z.enum(volumeExtensions).optional(),
  /** The smallest of uint8, uint16 and int32 that holds the values when absent. */
  result_dtype: z.enum(resultTypes).optional(),
  result_compress: flag.default(false),
  /** Write the values of the app's labels instead of 1, 2, … */
  restore_label_idx: flag.default(false),
  save_label: flag.default(false),
  label_tag: z.string().refine(isSafeName, 'must be a plain name').default('original'),
});

export interface InferPlan {
  readonly options: InferOptions;
  readonly labels: Labels;
  /** Name → value in the result. */
  readonly labelValues: Readonly<Record<string, number>>;
  /** The tag under which the result is to be kept in the datastore. */
  readonly saveAs: string | undefined;
  /** Of the result. */
  readonly fileName: string;
}

/** Throws INVALID_INPUT for a wrong parameter, NOT_FOUND when the model has no weights yet. */
export function planInference(
  { name, model, labels, weights }: LoadedModel,
  image: { readonly path: string; readonly ext: string; readonly isTemporary: boolean },
  params: Params,
  devices: Devices,
  temporaryFolder: string,
): InferPlan {
  const asked = parseParams(inferParams, params);
  const device = devices.resolve(asked.device);
  devices.requirePrecision(device, asked.precision);
  const { network, infer } = model;
  const weightFile = network && weights.current();
  if (network && weightFile === undefined) {
    const train = model.train ? `submit labels and train it (POST /train/${name}), or ` : '';
    throw new LabelError(
      'NOT_FOUND',
      `${name} has no weights yet, so it has nothing to propose: ${train}put a weight file into the app's folder as ` +
        `model/pretrained_${name}.pt`,
    );
  }
  const interactive = ['deepgrow', 'deepedit', 'scribbles'].includes(model.type);
  const extension = asked.result_extension ?? (isVolumeExtension(image.ext) ? image.ext.toLowerCase() : '.nii.gz');
  const labelValues = Object.fromEntries(
    foreground(labels).map(([label, value], position) => [label, asked.restore_label_idx ? value : position + 1]),
  );
  const saveAs = asked.save_label ? asked.label_tag : undefined;
  const fileName = `${randomUUID()}${extension}`;
  // A click waits for its answer: it needs no file, which would be written, synced, read and deleted.
  const inMemory = interactive && saveAs === undefined;
  const options: InferOptions = {
    image: image.path,
    ...(image.isTemporary && { keep: false }),
    device,
    precision: asked.precision,
    ...(interactive && { clicks: clicksOf(params, labels) }),
    priority: interactive ? 'click' : 'infer',
    ...(network && { network }),
    ...(weightFile !== undefined && { weights: weightFile }),
    preTransforms: infer.preTransforms,
    ...(infer.inferer && { inferer: infer.inferer }),
    invert: infer.invert ?? true,
    postTransforms: [...infer.postTransforms, ...(asked.restore_label_idx ? restoreValues(labels) : [])],
    output: resultFile({
      target: inMemory ? { extension } : { path: join(temporaryFolder, fileName) },
      dtype: asked.result_dtype,
      compress: asked.result_compress,
      labelValues,
    }),
  };
  return { options, labels, labelValues, saveAs, fileName };
}

/** Runs the plan; whatever happens but success, no file is left behind. `file`: the result where it was asked for as bytes. */
export async function runInference(
  engine: OperationRunner,
  plan: InferPlan,
  run: InferRun,
): Promise<{ readonly params: InferParams; readonly file?: Uint8Array }> {
  const { output } = plan.options;
  try {
    const answer = await engine.run('infer', plan.options, run);
    const notes = notesOn(answer);
    const params = {
      label_names: labelsIn(plan, answer),
      latencies: answer.latencies,
      centroids: centroids(answer),
      label_values: plan.labelValues,
      ...(notes.length > 0 && { notes }),
    };
    return { params, ...(answer.file && { file: answer.file }) };
  } catch (error) {
    if ('path' in output) await rm(output.path, { force: true });
    throw error;
  }
}

/** 3D Slicer gives these names to the values that it finds in the mask, in ascending order: no name without a value. */
function labelsIn({ labels, labelValues }: InferPlan, { counts }: InferAnswer): Labels {
  const isThere = ([name]: readonly [string, number]): boolean => {
    const value = labelValues[name];
    return value === undefined || (counts[value] ?? 0) > 0;
  };
  return Object.fromEntries(Object.entries(labels).filter(isThere));
}

function notesOn({ replacedVoxels, fallback }: InferAnswer): string[] {
  return [...(replacedVoxels > 0 ? [onReplaced(replacedVoxels)] : []), ...(fallback === undefined ? [] : [fallback])];
}

function onReplaced(voxels: number): string {
  const which = voxels === 1 ? '1 voxel of the image is not a number' : `${voxels} voxels of the image are not numbers`;
  return `${which}; its lowest value, for +infinity its highest, was used instead`;
}

/** Nothing when the values of the labels are 1, 2, … anyway. */
function restoreValues(labels: Labels): TransformSpec[] {
  const values = foreground(labels).map(([, value]) => value);
  if (values.every((value, position) => value === position + 1)) return [];
  const classes = values.map((_, position) => position + 1);
  return [spec('transform', 'MapLabelValued', { keys: ['pred'], orig_labels: classes, target_labels: values })];
}

/** { "1": [24, 19, 12] } → { "label_1": ["1", "24", "19", "12"] }, as DeepEdit's clients read it. */
function centroids(answer: InferAnswer): InferParams['centroids'] {
  const entries = Object.entries(answer.centroids);
  return Object.fromEntries(entries.map(([value, index]) => [`label_${value}`, [value, ...index.map(String)]]));
}
