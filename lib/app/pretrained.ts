/** Getting the pretrained weights of a model, from a folder or from the internet, without anyone waiting for them. */

import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { moveIntoPlace } from '../files/atomic.js';
import { checksumOfFile } from '../files/checksum.js';
import type { OperationRunner } from '../engine/types.js';
import { LabelError } from '../errors.js';
import type { Log } from '../log.js';

export interface PretrainedSource {
  /** A folder, or an http(s) URL. */
  readonly base: string;
  readonly file: string;
  readonly sha256?: string;
}

/** Puts the weights at `target` unless something is there. Never fails: what cannot be had is one line in the log. */
export async function fetchPretrained(
  source: PretrainedSource,
  target: string,
  engine: OperationRunner,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  if (existsSync(target)) return;
  const temporary = `${target}.part`;
  const address = isUrl(source.base)
    ? `${source.base.replace(/\/+$/, '')}/${source.file}`
    : join(source.base, source.file);
  try {
    if (isUrl(address)) await download(address, temporary, signal);
    else await copyFile(address, temporary);
    await check(temporary, source.sha256);
    await engine.run('inspectWeights', { path: temporary }, { signal });
    await moveIntoPlace(temporary, target);
    log.info(`Pretrained weights: ${address} is now ${target}`);
  } catch (error) {
    await rm(temporary, { force: true });
    if (!signal.aborted)
      log.warn(`No pretrained weights: ${address} cannot be had (${sentence(error)}); going on without`);
  }
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}

async function download(url: string, path: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal });
  if (!response.ok || response.body === null) {
    throw new LabelError('NOT_FOUND', `the server answered ${response.status}`);
  }
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path), { signal });
}

async function check(path: string, sha256: string | undefined): Promise<void> {
  if (sha256 === undefined) return;
  if ((await checksumOfFile(path)) !== sha256)
    throw new LabelError('INVALID_FILE', 'its checksum is not the expected one');
}

/** fetch() hides why it failed in the cause. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
