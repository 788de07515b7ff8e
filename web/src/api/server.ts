/** The public REST interface of the server, as far as the page uses it. */

import type { AppInfo, InferParams, ModelInfo, Options } from '../../../lib/app/answers.js';
import type { TrainStats } from '../../../lib/engine/types.js';
import type { Task } from '../../../lib/jobs/task.js';
import { downloadInflated, type Progress } from './download.js';
import { address, ApiError, jsonBody, request, requestJson } from './request.js';
import { uploadForm } from './upload.js';

export type { Options, Task, TrainStats };

/** `weights` is younger than the rest of `/info/`. */
export type Model = ModelInfo & { readonly weights?: { readonly published: string | null } };

export type ServerInfo = Omit<AppInfo, 'models'> & { readonly models: Readonly<Record<string, Model>> };

/** One epoch of `history` in the statistics of a training: its number and its metrics by name. */
export type EpochStats = Readonly<Record<string, number>> & { readonly epoch: number };

export interface StoredFile {
  readonly ext: string;
  readonly info: Readonly<Record<string, unknown>>;
}

export interface StoredCase {
  readonly image: StoredFile;
  /** By tag. */
  readonly labels: Readonly<Record<string, StoredFile>>;
}

export type Params = Readonly<Record<string, unknown>>;

export function getInfo(signal?: AbortSignal): Promise<ServerInfo> {
  return requestJson(address('/info/'), signal ? { signal } : {});
}

/** By id. */
export async function getCases(): Promise<Readonly<Record<string, StoredCase>>> {
  const { objects } = await requestJson<{ objects: Record<string, StoredCase> }>(
    address('/datastore/', { output: 'all' }),
  );
  return objects;
}

/** The id of the next case to label, undefined when all are labelled. */
export async function nextCase(strategy: string, user: string): Promise<string | undefined> {
  const url = address(`/activelearning/${encodeURIComponent(strategy)}`);
  const { id } = await requestJson<{ id?: string }>(url, jsonBody('POST', { client_id: user }));
  return id;
}

export function downloadImage(id: string, onProgress: (progress: Progress) => void, signal: AbortSignal) {
  return downloadInflated(address('/datastore/image', { image: id }), onProgress, signal);
}

export function downloadLabel(id: string, tag: string, onProgress: (progress: Progress) => void, signal: AbortSignal) {
  return downloadInflated(address('/datastore/label', { label: id, tag }), onProgress, signal);
}

export function thumbnail(id: string): string {
  return address('/datastore/image/thumbnail', { image: id });
}

/** The label file that a model gives for an image, as the server sends it, and what it says about it. */
export async function infer(
  model: string,
  image: string,
  params: Params,
  signal: AbortSignal,
): Promise<{ file: Blob; params: InferParams }> {
  const form = new FormData();
  form.append('params', JSON.stringify(params));
  const url = address(`/infer/${encodeURIComponent(model)}`, { image, output: 'all' });
  const response = await request(url, { method: 'POST', body: form, signal });
  const answer = await response.formData();
  const [file, text] = [answer.get('image'), answer.get('params')];
  if (!(file instanceof Blob) || text === null) throw new ApiError('refused', 'The model answered without a label');
  const json = typeof text === 'string' ? text : await text.text();
  return { file, params: JSON.parse(json) as InferParams };
}

/** Resolves once the label is on the server's disk. */
export async function saveLabel(
  id: string,
  file: Blob,
  params: Params,
  onProgress: (part: number) => void,
): Promise<void> {
  const form = new FormData();
  form.append('params', JSON.stringify(params));
  form.append('label', file, `${id}.nii.gz`);
  await uploadForm(address('/datastore/label', { image: id }), form, onProgress);
}

/** Returns the id of the new case. */
export async function addImage(file: File, user: string, onProgress: (part: number) => void): Promise<string> {
  const form = new FormData();
  form.append('params', JSON.stringify({ client_id: user }));
  form.append('file', file, file.name);
  const answer = (await uploadForm(address('/datastore/image'), form, onProgress)) as { image: string };
  return answer.image;
}

/** The latest training, undefined before the first since the server started. */
export async function latestTraining(): Promise<Task | undefined> {
  return (await requestJson<Task[]>(address('/train/', { all: 'true' }))).at(-1);
}

export function startTraining(model: string, params: Params): Promise<Task> {
  return requestJson(address(`/train/${encodeURIComponent(model)}`), jsonBody('POST', params));
}

export async function stopTraining(): Promise<void> {
  await request(address('/train/'), { method: 'DELETE' });
}
