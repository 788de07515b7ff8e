import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import pRetry from 'p-retry';
import { LabelError } from '../errors.js';
import { checksumOfFile } from './checksum.js';

export interface DownloadOptions {
  readonly url: string;
  /** Where the complete file goes; what has arrived waits in `<file>.part`. */
  readonly file: string;
  /** Of the whole file. Without one nothing is left for a later process to go on from: the file may be another then. */
  readonly checksum?: { readonly algorithm: 'md5' | 'sha256'; readonly hex: string } | undefined;
  /** Bytes so far and in all, at most once a second and at the end. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** Milliseconds before the first new try, doubled each time; default a second. */
  readonly retryDelay?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Of the file that has been begun, so that the rest of another one is not put behind it. */
interface Begun {
  etag: string | undefined;
}

/** A reply's body is written as fast as it comes, so that no more than this is lost to a slow disk when it breaks off. */
const bytesOnTheirWay = 4 * 2 ** 20;

/**
 * Fetches a file, going on where an earlier try stopped, also one of another process. Throws INVALID_FILE, and leaves
 * nothing, when the checksum is another; IO when the server cannot be reached or keeps breaking off.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { url, file, checksum, retryDelay = 1000, signal } = options;
  const part = `${file}.part`;
  if (checksum === undefined) await rm(part, { force: true });
  const begun: Begun = { etag: undefined };
  try {
    await pRetry(() => fetchRest(part, begun, options), {
      retries: 5,
      minTimeout: retryDelay,
      ...(signal && { signal }),
      shouldRetry: ({ error }) => isPassing(error),
    });
  } catch (error) {
    if (checksum === undefined) await rm(part, { force: true });
    if (!isPassing(error) || error instanceof LabelError) throw error;
    throw new LabelError('IO', `${url} cannot be downloaded: ${reasonOf(error)}`, { cause: error });
  }
  if (checksum !== undefined && (await checksumOfFile(part, checksum.algorithm)) !== checksum.hex) {
    await rm(part);
    throw new LabelError('INVALID_FILE', `${url} has another checksum than ${checksum.hex}; it was deleted`);
  }
  await rename(part, file);
}

/** Whether another try may succeed: fetch() rejects with a TypeError where the network fails, a busy server is IO. */
function isPassing(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof LabelError && error.code === 'IO');
}

async function fetchRest(part: string, begun: Begun, { url, onProgress, signal }: DownloadOptions): Promise<void> {
  const have = await sizeOf(part);
  const reply = await fetch(url, { headers: headersFor(have, begun.etag), signal: signal ?? null });
  if (reply.status === 416) return; // all of it is there, or more: the checksum decides
  if (!reply.ok || reply.body === null) {
    const isBusy = reply.status >= 500 || reply.status === 429;
    throw new LabelError(isBusy ? 'IO' : 'NOT_FOUND', `${url} answers ${reply.status} ${reply.statusText}`);
  }

  const start = reply.status === 206 ? have : 0;
  begun.etag = reply.headers.get('etag') ?? undefined;
  const length = reply.headers.get('content-length');
  const total = length === null ? undefined : start + Number(length);
  const report = onProgress && reporter(start, total, onProgress);

  let broken: { readonly by: unknown } | undefined;
  // It ends where the connection breaks instead of throwing, for an error would make pipeline() drop what has arrived.
  async function* arrived(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        report?.(chunk.length);
        yield chunk;
      }
    } catch (error) {
      broken = { by: error };
    }
  }
  const output = createWriteStream(part, { flags: start > 0 ? 'a' : 'w', highWaterMark: bytesOnTheirWay });
  await pipeline(arrived(reply.body as ReadableStream<Uint8Array>), output);
  if (broken !== undefined) throw broken.by;
}

/** Never compressed: ranges and checksums are of the file's own bytes. */
function headersFor(have: number, etag: string | undefined): Record<string, string> {
  const isStrong = etag?.startsWith('"') === true;
  return {
    'accept-encoding': 'identity',
    ...(have > 0 && { range: `bytes=${have}-` }),
    ...(have > 0 && isStrong && { 'if-range': etag }),
  };
}

function reporter(
  start: number,
  total: number | undefined,
  onProgress: NonNullable<DownloadOptions['onProgress']>,
): (bytes: number) => void {
  let done = start;
  let shownAt = 0;
  return (bytes) => {
    done += bytes;
    if (done !== total && Date.now() - shownAt < 1000) return;
    shownAt = Date.now();
    onProgress(done, total);
  };
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
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
