/** Getting the pretrained weights of a model, from a folder or from the internet, without anyone waiting for them. */

import { existsSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperationRunner } from '../engine/types.js';
import { LabelError } from '../errors.js';
import { moveIntoPlace } from '../files/atomic.js';
import { checksumOfFile } from '../files/checksum.js';
import { download } from '../files/download.js';
import type { Log } from '../log.js';

export interface PretrainedSource {
  /** A folder, or an http(s) URL. */
  readonly base: string;
  readonly file: string;
  readonly sha256?: string;
  /** Milliseconds; see DownloadOptions. */
  readonly retryDelay?: number;
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
  const { base, file, sha256, retryDelay } = source;
  const temporary = `${target}.new`;
  const address = isUrl(base) ? `${base.replace(/\/+$/, '')}/${file}` : join(base, file);
  try {
    if (isUrl(address)) {
      const checksum = sha256 === undefined ? undefined : ({ algorithm: 'sha256', hex: sha256 } as const);
      await download({ url: address, file: temporary, checksum, retryDelay, signal });
    } else {
      await copyFile(address, temporary);
      await check(temporary, sha256);
    }
    await engine.run('inspectWeights', { path: temporary }, { signal });
    await moveIntoPlace(temporary, target);
    log.info(`Pretrained weights: ${address} is now ${target}`);
  } catch (error) {
    await rm(temporary, { force: true });
    if (!signal.aborted) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`No pretrained weights: ${address} cannot be had (${reason}); going on without`);
    }
  }
}

function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text);
}

async function check(path: string, sha256: string | undefined): Promise<void> {
  if (sha256 === undefined) return;
  if ((await checksumOfFile(path)) !== sha256)
    throw new LabelError('INVALID_FILE', 'its checksum is not the expected one');
}
