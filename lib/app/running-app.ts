import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { finalTag, type AddedFile, type Datastore, type Info } from '../datastore/datastore.js';
import type { OperationRunner, Thumbnail, TrainProgress, TrainStats } from '../engine/types.js';
import { LabelError } from '../errors.js';
import { makeFolder } from '../files/atomic.js';
import { extensionOf, isVolumeExtension } from '../files/extensions.js';
import { Jobs, type JobControl, type SubmitOptions } from '../jobs/jobs.js';
import type { Task } from '../jobs/task.js';
import type { Log } from '../log.js';
import type { Strategy } from '../strategies/strategy.js';
import type { AppInfo, InferResult, LabelReply, NextSample, PlacedLabel } from './answers.js';
import type { AppFile } from './app-file.js';
import type { App, InferRequest, InferRun, Params, StoreOptions } from './app.js';
import { DeviceWatch } from './device-watch.js';
import type { Devices } from './devices.js';
import { planInference, runInference } from './infer.js';
import { allLabels, modelInfo, readTrainStats, trainerInfo } from './info.js';
import { LabelChecks, type KnownLabel, type LabelSummary } from './label-checks.js';
import { Labelling } from './labelling.js';
import type { LoadedModel } from './loaded-model.js';
import { withoutPaths } from './plain-paths.js';
import { nextSample } from './sampling.js';
import { planTraining, type TrainingPlan } from './train.js';

export interface RunningAppParts {
  readonly file: AppFile;
  readonly folder: string;
  /** For results on their way to clients; deleted at the end. */
  readonly temporaryFolder: string;
  readonly models: ReadonlyMap<string, LoadedModel>;
  readonly skipTrainers: boolean;
  readonly strategies: ReadonlyMap<string, Strategy>;
  readonly datastore: Datastore;
  readonly devices: Devices;
  readonly engine: OperationRunner;
  readonly log: Log;
  /** Ends what prepares weights in the background. */
  readonly stopPreparing: () => Promise<void>;
}

export class RunningApp implements App {
  readonly folder: string;
  readonly datastore: Datastore;
  readonly jobs = new Jobs();
  readonly trainers: readonly string[];
  readonly #parts: RunningAppParts;
  readonly #checks: LabelChecks;
  readonly #labelling: Labelling;
  readonly #watch: DeviceWatch;

  constructor(parts: RunningAppParts) {
    this.folder = parts.folder;
    this.datastore = parts.datastore;
    this.#parts = parts;
    const { engine, datastore, devices, log, temporaryFolder } = parts;
    const models = [...parts.models.values()].map(({ labels }) => labels);
    this.#checks = new LabelChecks({ engine, datastore, models, log });
    this.#labelling = new Labelling({ engine, datastore, checks: this.#checks, log, temporaryFolder });
    this.#watch = new DeviceWatch({ engine, devices, log });
    const trainable = [...parts.models.values()].filter(({ model }) => model.train !== undefined);
    this.trainers = parts.skipTrainers ? [] : trainable.map(({ name }) => name);
  }

  async info(): Promise<AppInfo> {
    const { file, models, strategies, devices, datastore } = this.#parts;
    const trainers = this.trainers.map((name) => [name, trainerInfo(models.get(name)!, devices)!] as const);
    return {
      name: file.name,
      description: file.description,
      version: file.version,
      labels: allLabels(models.values()),
      models: Object.fromEntries([...models].map(([name, model]) => [name, modelInfo(model, devices)])),
      trainers: Object.fromEntries(trainers),
      strategies: Object.fromEntries([...strategies].map(([name, { description }]) => [name, { description }])),
      scoring: {},
      train_stats: await this.trainStats(),
      datastore: datastore.status(),
      ...(devices.problems.length > 0 && { problems: devices.problems }),
    };
  }

  async trainStats(): Promise<AppInfo['train_stats']> {
    const stats = this.trainers.map(async (name) => {
      return [name, await readTrainStats(this.#model(name).weights.stats)] as const;
    });
    return Object.fromEntries(await Promise.all(stats));
  }

  async infer(request: InferRequest, run: InferRun = {}): Promise<InferResult> {
    const model = this.#model(request.model);
    const { id, path, ext } = this.#image(request);
    const { engine, devices, temporaryFolder } = this.#parts;
    const plan = planInference(
      model,
      { path, ext, isTemporary: id === undefined },
      request.params,
      devices,
      temporaryFolder,
    );
    if (id !== undefined && plan.saveAs === finalTag && this.datastore.hasLabel(id, finalTag)) {
      throw new LabelError('CONFLICT', `${id} has a submitted label, which no proposal replaces: leave label_tag out`);
    }
    await makeFolder(temporaryFolder);
    const ran = await runInference(engine, plan, run).catch((error: unknown) => {
      void this.#watch.look();
      throw withoutPaths(error, { [path]: id === undefined ? 'the image' : `the image ${id}` });
    });
    const { params } = ran;
    for (const note of params.notes ?? []) this.#parts.log.warn(`Inference of ${model.name} on ${path}: ${note}`);
    const { fileName } = plan;
    const result = { fileName, label: fileName, tag: 'original', params };
    if (ran.file !== undefined) return { ...result, file: ran.file, release: () => Promise.resolve() };
    const file = join(temporaryFolder, fileName);
    const release = (): Promise<void> => rm(file, { force: true });
    if (plan.saveAs === undefined || id === undefined) return { ...result, file, release };
    try {
      const info = { model: model.name, params, label_values: plan.labelValues };
      const label = await this.#labelling.keepProposal(id, plan.saveAs, file, info);
      return { ...result, file, label, release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  nextSample(name: string, params: Params): Promise<NextSample> {
    return nextSample(this.#parts, name, params);
  }

  lookAtLabels(): Promise<void> {
    return this.#checks.sweep();
  }

  async thumbnail(image: string, size: number, signal?: AbortSignal): Promise<Thumbnail> {
    const path = this.datastore.imagePath(image);
    try {
      return await this.#parts.engine.run('thumbnail', { path, size }, { ...(signal && { signal }) });
    } catch (error) {
      throw withoutPaths(error, { [path]: `the image ${image}` });
    }
  }

  async addImage(
    id: string,
    file: AddedFile,
    info: Info,
    { expected, signal }: StoreOptions = {},
  ): Promise<{ image: string }> {
    await this.#check(id, file, signal);
    return { image: await this.datastore.addImage(id, file, info, expected) };
  }

  saveLabel(image: string, tag: string, file: AddedFile, info: Info, options?: StoreOptions): Promise<LabelReply> {
    return this.#labelling.save(image, tag, file, info, options);
  }

  updateLabelInfo(image: string, tag: string, info: Info): Promise<LabelSummary> {
    return this.#labelling.updateInfo(image, tag, info);
  }

  placedLabel(image: string, tag: string, signal?: AbortSignal): Promise<PlacedLabel> {
    return this.#labelling.placed(image, tag, signal);
  }

  train(name: string, params: Params, options: SubmitOptions = {}): Task {
    const model = this.#trainer(name);
    this.#planTraining(model, params);
    return this.jobs.submit(
      'train',
      { model: name, ...params },
      (control) => this.#train(model, params, control),
      options,
    ).task;
  }

  async trainNow(name: string, params: Params, signal?: AbortSignal): Promise<TrainStats> {
    signal?.throwIfAborted();
    const model = this.#trainer(name);
    this.#planTraining(model, params);
    const request = { model: name, ...params };
    const { task, result } = this.jobs.submit('train', request, (control) => this.#train(model, params, control));
    const stop = (): void => void this.jobs.stop('train', task.id);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await result;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    this.#watch.close();
    await Promise.all([this.jobs.close(), this.#checks.close(), this.#parts.stopPreparing()]);
    await this.datastore.close();
    await rm(this.#parts.temporaryFolder, { recursive: true, force: true });
  }

  #model(name: string): LoadedModel {
    const model = this.#parts.models.get(name);
    if (model !== undefined) return model;
    const choices = [...this.#parts.models.keys()].join(', ');
    throw new LabelError('NOT_FOUND', `There is no model ${JSON.stringify(name)}: choose from ${choices}`);
  }

  #trainer(name: string): LoadedModel {
    if (this.trainers.includes(name)) return this.#model(name);
    const choices =
      this.trainers.length === 0 ? 'nothing can be trained here' : `choose from ${this.trainers.join(', ')}`;
    throw new LabelError('NOT_FOUND', `There is no trainer ${JSON.stringify(name)}: ${choices}`);
  }

  /** An uploaded file, or an image of the datastore by its id or its path there. */
  #image({ file, image }: InferRequest): { id?: string; path: string; ext: string } {
    if (file !== undefined) return { path: file, ext: extensionOf(file) };
    if (image === undefined || image === '') {
      throw new LabelError('INVALID_INPUT', 'Neither Image nor File not Session ID input is provided');
    }
    const { datastore } = this.#parts;
    const id = (isAbsolute(image) ? datastore.idOfPath(image) : undefined) ?? image;
    return { id, path: datastore.imagePath(id), ext: datastore.image(id).ext };
  }

  /** Throws INVALID_FILE for a volume that cannot be read to its end, and for what is none and would replace one. */
  async #check(id: string, file: AddedFile, signal?: AbortSignal): Promise<void> {
    if (isVolumeExtension(file.ext)) {
      const { engine } = this.#parts;
      await engine.run('checkImage', { path: file.path }, { ...(signal && { signal }) }).catch((error: unknown) => {
        throw withoutPaths(error, { [file.path]: `the image ${id}` });
      });
    } else if (this.datastore.has(id) && isVolumeExtension(this.datastore.image(id).ext)) {
      throw new LabelError(
        'INVALID_FILE',
        `A ${file.ext || 'file without extension'} does not replace the volume ${id}`,
      );
    }
  }

  /** `unlooked`: what a label counts as that nobody has looked at. */
  #planTraining(model: LoadedModel, params: Params, unlooked?: KnownLabel): TrainingPlan {
    const cases = this.datastore
      .labelledCases()
      .map(({ info, ...each }) => ({ ...each, known: this.#checks.known(info) ?? unlooked }));
    return planTraining(model, cases, params, this.#parts.devices);
  }

  async #train(model: LoadedModel, params: Params, { signal, say }: JobControl): Promise<TrainStats> {
    const { engine, log } = this.#parts;
    const onProgress = ({ message }: TrainProgress): void => {
      if (message === undefined) return;
      say(message);
      log.info(`Training ${model.name}: ${message}`);
    };
    try {
      signal.throwIfAborted();
      await Promise.race([this.#checks.sweep(), once(signal, 'abort')]);
      signal.throwIfAborted();
      const unlooked = { problem: 'nobody could look at it yet' };
      const { options, leftOut } = this.#planTraining(model, params, unlooked);
      for (const line of leftOut) log.warn(`Training ${model.name}: ${line}`);
      if (leftOut.length > 0) say(`${leftOut.length} cases left out. ${leftOut.slice(0, 20).join('; ')}`);
      return await engine.run('train', options, { signal, onProgress });
    } catch (error) {
      void this.#watch.look();
      if (!signal.aborted) log.error(`Training ${model.name} failed: ${String(error)}`);
      throw error;
    }
  }
}
