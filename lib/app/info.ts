/** `GET /info/`: everything that clients need to know about an app, keys in the order of the contract. */

import { readFile } from 'node:fs/promises';
import { hasCode } from '../files/atomic.js';
import type { TrainStats } from '../engine/types.js';
import type { AppInfo, ModelInfo, TrainerInfo } from './answers.js';
import type { Devices } from './devices.js';
import type { LoadedModel } from './loaded-model.js';
import { trainerConfig } from './train.js';

export function modelInfo({ labels, model, weights }: LoadedModel, devices: Devices): ModelInfo {
  const published = weights.publishedAt();
  return {
    type: model.type,
    labels,
    dimension: model.dimension,
    description: model.description,
    ...(published !== undefined && { published }),
    config: { ...model.options, device: devices.displayNames },
  };
}

/** Undefined for a model that cannot be trained. */
export function trainerInfo({ labels, model: { train } }: LoadedModel, devices: Devices): TrainerInfo | undefined {
  return train && { description: train.description, config: trainerConfig(train, devices), labels };
}

/** Names of all models' labels, each model's by value, without repeats. */
export function allLabels(models: Iterable<LoadedModel>): string[] {
  const names = [...models].flatMap(({ labels }) =>
    Object.entries(labels)
      .sort(([, a], [, b]) => a - b)
      .map(([name]) => name),
  );
  return [...new Set(names)];
}

/** The statistics that the latest training wrote, `{}` before the first. */
export async function readTrainStats(path: string): Promise<AppInfo['train_stats'][string]> {
  try {
    const stats: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof stats === 'object' && stats !== null ? (stats as TrainStats) : {};
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'EISDIR') || error instanceof SyntaxError) return {};
    throw error;
  }
}
