import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabelError } from '../errors.js';
import { checksumOfFile } from '../files/checksum.js';

export interface DownloadOptions {
  readonly url: string;
  /** Where the complete file goes; what has arrived waits in `<file>.part`. */
  readonly file: string;
  /** Hex digits. */
  readonly md5: string;
  /** Bytes so far and in all, at most once a second and at the end. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** Milliseconds before the first new try, doubled each time; default a second. */
  readonly retryDelay?: number;
}

const attempts = 6;

/**
 * Fetches a file, going on where an earlier try stopped, also one of another process. Throws INVALID_FILE, and leaves
 * nothing, when the checksum is another; IO when the server cannot be reached or keeps breaking off.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const part = `${options.file}.part`;
  await withRetries(() => fetchRest(part, options), options);
  if ((await checksumOfFile(part, 'md5')) !== options.md5) {
    await rm(part);
    throw new LabelError('INVALID_FILE', `${options.url} has another checksum than ${options.md5}; it was deleted`);
  }
  await rename(part, options.file);
}

async function withRetries(fetchOnce: () => Promise<void>, { url, retryDelay = 1000 }: DownloadOptions): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchOnce();
    } catch (error) {
      if (error instanceof LabelError) throw error;
      if (attempt === attempts) {
        throw new LabelError('IO', `${url} cannot be downloaded: ${reasonOf(error)}`, { cause: error });
      }
      await sleep(retryDelay * 2 ** (attempt - 1));
    }
  }
}

async function fetchRest(part: string, { url, onProgress }: DownloadOptions): Promise<void> {
  const have = await sizeOf(part);
  const reply = await fetch(url, { headers: have > 0 ? { range: `bytes=${have}-` } : {} });
  if (reply.status === 416) return; // all of it is there, or more: the checksum decides
  if (!reply.ok || reply.body === null) {
    const message = `${url} answers ${reply.status} ${reply.statusText}`;
    throw reply.status < 500 ? new LabelError('NOT_FOUND', message) : new Error(message);
  }

  const start = reply.status === 206 ? have : 0;
  const length = reply.headers.get('content-length');
  const total = length === null ? undefined : start + Number(length);
  const body = Readable.fromWeb(reply.body as ReadableStream<Uint8Array>);
  if (onProgress) report(body, start, total, onProgress);
  await pipeline(body, createWriteStream(part, { flags: start > 0 ? 'a' : 'w' }));
}

function report(
  body: Readable,
  start: number,
  total: number | undefined,
  onProgress: NonNullable<DownloadOptions['onProgress']>,
): void {
  let done = start;
  let shownAt = 0;
  body.on('data', (chunk: Uint8Array) => {
    done += chunk.length;
    if (done !== total && Date.now() - shownAt < 1000) return;
    shownAt = Date.now();
    onProgress(done, total);
  });
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
