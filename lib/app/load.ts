/** Starts an app: its file, its models, the datastore. */

import { mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder } from '../files/atomic.js';
import { LocalDatastore } from '../datastore/local/local-datastore.js';
import { LabelError } from '../errors.js';
import type { Strategy } from '../strategies/strategy.js';
import { strategies } from '../strategies/registry.js';
import type { App, AppOptions } from './app.js';
import type { Conf } from './conf.js';
import { Devices } from './devices.js';
import type { LoadedModel } from './loaded-model.js';
import { fetchPretrained } from './pretrained.js';
import { readApp } from './read-app.js';
import { RunningApp } from './running-app.js';

/** Throws NOT_FOUND when there is no app in the folder, INVALID_INPUT for a faulty one and for a wrong `conf`. */
export async function loadApp(options: AppOptions): Promise<App> {
  const { folder, file, conf, models, faults, unused } = await readApp(options.folder, options.conf, options.engine);
  if (faults.length > 0) {
    const list = faults.map((fault) => `\n  ${fault}`).join('');
    throw new LabelError('INVALID_INPUT', `The app ${file.name} (${folder}) cannot be served:${list}`);
  }
  for (const key of unused) options.log.warn(`--conf ${key} has no effect on the app ${file.name}`);
  for (const name of ['model', 'logs']) await makeFolder(join(folder, name));

  const devices = new Devices((await options.engine.run('info', {})).devices);
  const isFollowed = options.watch ?? true;
  const started: { app?: RunningApp } = {};
  const lookAtLabels = (): void => {
    started.app
      ?.lookAtLabels()
      .catch((error: unknown) => options.log.error(`Labels were not looked at: ${String(error)}`));
  };
  const datastore = await LocalDatastore.open(resolve(options.studies), {
    log: options.log,
    ...(options.labels !== undefined && { labels: resolve(options.labels) }),
    ...(options.imagePatterns && { patterns: options.imagePatterns }),
    watch: isFollowed,
    changed: lookAtLabels,
  });
  const stop = new AbortController();
  const preparing = Promise.all([...models.values()].map((model) => prepareWeights(model, conf, options, stop.signal)));
  const app = (started.app = new RunningApp({
    file,
    folder,
    temporaryFolder: await mkdtemp(join(datastore.incoming, 'results-')),
    models,
    skipTrainers: conf.skipTrainers,
    strategies: new Map<string, Strategy>(Object.entries({ ...strategies, ...file.strategies })),
    datastore,
    devices,
    engine: options.engine,
    log: options.log,
    stopPreparing: async () => {
      stop.abort();
      await preparing;
    },
  }));
  if (isFollowed) lookAtLabels();
  return app;
}

/** Fetches weights and checks them while the app already answers. Never fails. */
async function prepareWeights(model: LoadedModel, conf: Conf, options: AppOptions, signal: AbortSignal): Promise<void> {
  const { name, weights, pretrained } = model;
  const { engine, log } = options;
  if (conf.usePretrainedModel && conf.pretrainedPath !== undefined && pretrained !== undefined) {
    await fetchPretrained({ base: conf.pretrainedPath, ...pretrained }, weights.pretrained, engine, log, signal);
  }
  const file = weights.current();
  if (!conf.preload || file === undefined) return;
  const { network } = model.model;
  try {
    const { parameters } = await engine.run('inspectWeights', { path: file, ...(network && { network }) }, { signal });
    log.info(`Model ${name}: ${parameters} parameters in ${file}`);
  } catch (error) {
    if (!signal.aborted) log.warn(`Model ${name}: ${file} cannot be used: ${String(error)}`);
  }
}
