/** The public REST interface of the server, as far as the page uses it. */

import type { AppInfo, InferParams, ModelInfo, Options } from '../../../lib/app/answers.js';
import type { TrainStats } from '../../../lib/engine/types.js';
import type { Task } from '../../../lib/jobs/task.js';
import { gunzip } from '../labelmap/gzip.js';
import { downloadInflated, type Progress } from './download.js';
import { ApiError } from './api-error.js';
import { address, failure, jsonBody, request, requestJson } from './request.js';
import {
  versionIn,
  type Catalogue,
  type LabelSummary,
  type LabelVersion,
  type Over,
  type Params,
  type PlacedLabel,
  type SavedLabel,
} from './types.js';
import { uploadForm } from './upload.js';

export type { Options, Params, Task, TrainStats };
export type { StoredCase, StoredFile } from './types.js';

export type Model = ModelInfo;
export type ServerInfo = AppInfo;

/** One epoch of `history` in the statistics of a training: its number and its metrics by name. */
export type EpochStats = Readonly<Record<string, number>> & { readonly epoch: number };

export function getInfo(signal?: AbortSignal): Promise<ServerInfo> {
  return requestJson(address('/info/'), signal ? { signal } : {});
}

export function getCatalogue(): Promise<Catalogue> {
  return requestJson(address('/datastore/', { output: 'all' }));
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

/** When the file of an image came, in seconds; undefined where the server does not know. */
export async function imageTime(id: string, signal: AbortSignal): Promise<number | undefined> {
  const { ts } = await requestJson<{ ts?: unknown }>(address('/datastore/image/info', { image: id }), { signal });
  return typeof ts === 'number' ? ts : undefined;
}

/** The stored label of a tag on the grid of the image, in the order of its file. Throws ApiError where it has no place there. */
export async function placedLabel(id: string, tag: string, signal: AbortSignal): Promise<PlacedLabel> {
  const response = await request(address('/datastore/label/placed', { label: id, tag }), { signal });
  const body = await response.arrayBuffer().catch((error: unknown) => {
    throw failure(error);
  });
  const bytes = await gunzip(new Uint8Array(body));
  const text = decodeURIComponent(response.headers.get('X-Label') ?? '');
  return { ...(JSON.parse(text) as LabelSummary & { version: string }), bytes };
}

/** Undefined where nothing of this tag is stored. */
export async function labelVersion(id: string, tag: string, signal?: AbortSignal): Promise<LabelVersion | undefined> {
  return versionIn(await requestJson(address('/datastore/label/info', { label: id, tag }), signal ? { signal } : {}));
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

/**
 * Resolves once the label is on the server's disk. Throws ApiError, with status 409 where something else is stored than what
 * it may replace, 412 where the image is another one.
 */
export async function saveLabel(
  id: string,
  file: Blob,
  params: Params,
  { base, image }: Over,
  onProgress: (part: number) => void,
): Promise<SavedLabel> {
  const form = new FormData();
  form.append('params', JSON.stringify(params));
  form.append('label', file, `${id}.nii.gz`);
  const headers = base === null ? { 'If-None-Match': '*' } : { 'If-Match': `"${base}"` };
  const url = address('/datastore/label', { image: id, ...(image !== undefined && { image_etag: image }) });
  return (await uploadForm(url, form, onProgress, headers)) as SavedLabel;
}

/** Returns the id of the case. Without `replace`, one that is there stays, and the ApiError has status 409. */
export async function addImage(
  file: File,
  id: string,
  user: string,
  replace: boolean,
  onProgress: (part: number) => void,
): Promise<string> {
  const form = new FormData();
  form.append('params', JSON.stringify({ client_id: user }));
  form.append('file', file, file.name);
  const headers = replace ? {} : { 'If-None-Match': '*' };
  const answer = await uploadForm(address('/datastore/image', { image: id }), form, onProgress, headers);
  return (answer as { image: string }).image;
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
