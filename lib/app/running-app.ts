import { copyFile, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import type { AddedFile, Datastore, Info } from '../datastore/datastore.js';
import type { OperationRunner, Thumbnail, TrainProgress, TrainStats } from '../engine/types.js';
import { LabelError } from '../errors.js';
import { Jobs, type JobControl, type SubmitOptions } from '../jobs/jobs.js';
import type { Task } from '../jobs/task.js';
import type { Log } from '../log.js';
import type { Strategy } from '../strategies/strategy.js';
import type { AppInfo, InferResult, NextSample } from './answers.js';
import type { AppFile } from './app-file.js';
import type { App, InferRequest, InferRun, Params } from './app.js';
import type { Devices } from './devices.js';
import { planInference, runInference } from './infer.js';
import { allLabels, modelInfo, readTrainStats, trainerInfo } from './info.js';
import type { LoadedModel } from './loaded-model.js';
import { planTraining } from './train.js';

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

/** Volumes are checked before they are kept; other files are kept as they are. */
const volumeExtensions = ['.nii', '.nii.gz', '.nrrd', '.seg.nrrd'];

export class RunningApp implements App {
  readonly folder: string;
  readonly datastore: Datastore;
  readonly jobs = new Jobs();
  readonly trainers: readonly string[];
  readonly #parts: RunningAppParts;

  constructor(parts: RunningAppParts) {
    this.folder = parts.folder;
    this.datastore = parts.datastore;
    this.#parts = parts;
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
    const plan = planInference(model, { path, ext }, request.params, devices, temporaryFolder);
    const params = await runInference(engine, plan, run);
    const file = plan.options.output.path;
    const release = (): Promise<void> => rm(file, { force: true });
    if (plan.saveAs === undefined || id === undefined) return { file, label: file, tag: 'original', params, release };
    try {
      const label = await this.#keep(id, plan.saveAs, file, { model: model.name, params });
      return { file, label, tag: 'original', params, release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  async nextSample(name: string, params: Params): Promise<NextSample> {
    const { strategies, datastore } = this.#parts;
    const strategy = strategies.get(name);
    if (strategy === undefined) {
      const choices = [...strategies.keys()].join(', ');
      throw new LabelError('NOT_FOUND', `There is no strategy ${JSON.stringify(name)}: choose from ${choices}`);
    }
    const candidates = datastore.unlabelled();
    if (candidates.length === 0) return {};
    const now = Math.floor(Date.now() / 1000);
    const choice = await strategy.choose({ name, candidates, datastore, params, now, random: Math.random });
    const { info } = datastore.image(choice.id);
    const sample = { ...choice, path: datastore.imagePath(choice.id), ...info };
    const served = { ts: now, client_id: params['client_id'] ?? 'admin' };
    await datastore.updateImageInfo(choice.id, { strategy: { ...(info['strategy'] as Info), [name]: served } });
    return sample;
  }

  thumbnail(image: string, size: number, signal?: AbortSignal): Promise<Thumbnail> {
    const options = { path: this.datastore.imagePath(image), size };
    return this.#parts.engine.run('thumbnail', options, { ...(signal && { signal }) });
  }

  async addImage(id: string, file: AddedFile, info: Info): Promise<{ image: string }> {
    await this.#check(file);
    return { image: await this.datastore.addImage(id, file, info) };
  }

  async saveLabel(image: string, tag: string, file: AddedFile, info: Info): Promise<{ image: string; label: string }> {
    await this.#check(file);
    return { image, label: (await this.datastore.saveLabel(image, tag, file, info)).id };
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
    await Promise.all([this.jobs.close(), this.#parts.stopPreparing()]);
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
    if (file !== undefined) return { path: file, ext: /\.(nii\.gz|nii|nrrd)$/i.exec(file)?.[0].toLowerCase() ?? '' };
    if (image === undefined || image === '') {
      throw new LabelError('INVALID_INPUT', 'Neither Image nor File not Session ID input is provided');
    }
    const { datastore } = this.#parts;
    const id = (isAbsolute(image) ? datastore.idOfPath(image) : undefined) ?? image;
    return { id, path: datastore.imagePath(id), ext: datastore.image(id).ext };
  }

  /** Keeps a copy of a result, since the result itself is still to be sent. */
  async #keep(id: string, tag: string, result: string, info: Info): Promise<string> {
    const ext = /(\.seg\.nrrd|\.nrrd|\.nii\.gz|\.nii)$/.exec(result)![0];
    const copy = join(this.#parts.temporaryFolder, `${randomUUID()}${ext}`);
    try {
      await copyFile(result, copy);
      return (await this.datastore.saveLabel(id, tag, { path: copy, ext }, info)).id;
    } finally {
      await rm(copy, { force: true });
    }
  }

  /** Throws INVALID_FILE for a volume that cannot be read. */
  async #check(file: AddedFile): Promise<void> {
    if (volumeExtensions.includes(file.ext)) await this.#parts.engine.run('readHeader', { path: file.path });
  }

  #planTraining(model: LoadedModel, params: Params): ReturnType<typeof planTraining> {
    return planTraining(model, this.datastore.labelledCases(), params, this.#parts.devices);
  }

  async #train(model: LoadedModel, params: Params, { signal, say }: JobControl): Promise<TrainStats> {
    const { engine, log } = this.#parts;
    const onProgress = ({ message }: TrainProgress): void => {
      if (message === undefined) return;
      say(message);
      log.info(`Training ${model.name}: ${message}`);
    };
    try {
      return await engine.run('train', this.#planTraining(model, params), { signal, onProgress });
    } catch (error) {
      if (!signal.aborted) log.error(`Training ${model.name} failed: ${String(error)}`);
      throw error;
    }
  }
}
