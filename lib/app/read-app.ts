/** An app before anything of it is served: its file, the models that were chosen, and what is wrong with them. */

import { realpathSync } from 'node:fs';
import type { CheckOptions, OperationRunner } from '../engine/types.js';
import type { AppFile } from './app-file.js';
import { parseConf, watched, type Conf } from './conf.js';
import { importApp } from './import-app.js';
import { loadModel, type LoadedModel } from './loaded-model.js';
import type { Model } from './model.js';
import { sentenceWithPlace } from './places.js';

export interface ReadApp {
  /** Without links. */
  readonly folder: string;
  readonly file: AppFile;
  readonly conf: Conf;
  /** Those without a fault. */
  readonly models: ReadonlyMap<string, LoadedModel>;
  /** A sentence for each model that cannot be served. */
  readonly faults: readonly string[];
  /** Keys of `conf` that nobody asked for. */
  readonly unused: readonly string[];
}

/**
 * Builds the models and shows their specs to the core, which constructs them and runs nothing. Throws NOT_FOUND when there
 * is no app in the folder, INVALID_INPUT for one that is none and for a wrong `conf`.
 */
export async function readApp(
  appFolder: string,
  given: Readonly<Record<string, string>>,
  engine: OperationRunner,
): Promise<ReadApp> {
  const file = await importApp(appFolder);
  const folder = realpathSync(appFolder);
  const { settings, unused } = watched(given);
  const conf = parseConf(file, settings);
  const models = new Map<string, LoadedModel>();
  const faults: string[] = [];
  for (const each of conf.models) {
    try {
      const model = loadModel(each, conf.labels, settings, folder);
      await engine.run('check', specsOf(model.model));
      models.set(model.name, model);
    } catch (error) {
      faults.push(`model ${each.name}: ${sentenceWithPlace(error, folder)}`);
    }
  }
  return { folder, file, conf, models, faults, unused: unused() };
}

function specsOf({ network, infer, train }: Model): CheckOptions {
  return {
    ...(network && { network }),
    preTransforms: infer.preTransforms,
    ...(infer.inferer && { inferer: infer.inferer }),
    postTransforms: infer.postTransforms,
    ...(train && {
      trainTransforms: train.trainTransforms,
      validationTransforms: train.validationTransforms,
      validationInferer: train.validationInferer,
      loss: train.loss,
      ...(train.objective && { objective: train.objective }),
      optimizer: train.optimizer,
      ...(train.schedule && { schedule: train.schedule }),
    }),
  };
}
