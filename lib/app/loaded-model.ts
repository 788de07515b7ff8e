/** A model of the running app, with its labels and weight files. */

import { join } from 'node:path';
import { LabelError } from '../errors.js';
import { modelFaults } from './app-file.js';
import { foreground } from './labels.js';
import type { Labels, Model, ModelFile } from './model.js';
import { WeightFiles } from './weights.js';

export interface LoadedModel {
  readonly name: string;
  readonly labels: Labels;
  readonly model: Model;
  readonly weights: WeightFiles;
  /** What can be fetched for its labels. */
  readonly pretrained?: NonNullable<ModelFile['pretrained']>;
}

/** Builds a model with its own labels, or with others. Throws INVALID_INPUT when what the file builds is not a model. */
export function loadModel(
  file: ModelFile,
  otherLabels: Labels | undefined,
  conf: Readonly<Record<string, string>>,
  appFolder: string,
): LoadedModel {
  const labels = otherLabels ?? file.labels;
  const model = file.build({ labels, classes: foreground(labels).length + 1, conf });
  const faults = modelFaults(model);
  if (faults !== undefined) throw new LabelError('INVALID_INPUT', `build() does not return a model: ${faults}`);
  const pretrainedFits = JSON.stringify(foreground(labels)) === JSON.stringify(foreground(file.labels));
  const weights = new WeightFiles(join(appFolder, 'model'), file.name, pretrainedFits);
  const { pretrained } = file;
  return { name: file.name, labels, model, weights, ...(pretrained && pretrainedFits && { pretrained }) };
}
