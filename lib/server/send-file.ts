import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from 'koa';
import parseRange from 'range-parser';
import { LabelError } from '../errors.js';
import { stampIn } from '../files/stamp.js';
import { mediaType } from './media-type.js';

interface SendOptions {
  /** What a client is told when there is no such file. */
  readonly notFound: string;
  /** Name of the download; the file's own when absent. Null: shown by a browser, not saved. */
  readonly saveAs?: string | null;
}

/**
 * Replies with a regular file that lies under `root` once symbolic links are followed: Content-Length, ETag,
 * Last-Modified, 304, one byte range (206 or 416), HEAD. Throws NOT_FOUND for anything else, links out of the root
 * included.
 */
export async function sendFile(ctx: Context, file: string, root: string, options: SendOptions): Promise<void> {
  const real = await resolveUnder(file, root);
  const handle = real === undefined ? undefined : await openRegularFile(real);
  if (handle === undefined) throw new LabelError('NOT_FOUND', options.notFound);
  try {
    await reply(ctx, handle, path.basename(file), options);
  } finally {
    if (ctx.body === undefined || ctx.body === null) await handle.close();
  }
}

/** The real path of a file that lies under `root`, undefined where there is none. */
export async function resolveUnder(file: string, root: string): Promise<string | undefined> {
  if (file.includes('\0')) return undefined;
  try {
    const [real, realRoot] = await Promise.all([realpath(file), realpath(root)]);
    return real.startsWith(realRoot + path.sep) ? real : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** `attachment; filename="ct.nii.gz"`, or the encoded form where the name needs it. */
export function contentDisposition(name: string): string {
  const quoted = encodeURIComponent(name).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return quoted === name ? `attachment; filename="${name}"` : `attachment; filename*=utf-8''${quoted}`;
}

async function openRegularFile(real: string): Promise<FileHandle | undefined> {
  try {
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    return undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function reply(ctx: Context, handle: FileHandle, name: string, options: SendOptions): Promise<void> {
  const stats = await handle.stat();
  const { size, mtime } = stats;
  ctx.status = 200;
  ctx.set('Content-Type', mediaType(name));
  ctx.set('Accept-Ranges', 'bytes');
  ctx.etag = stampIn(stats);
  ctx.lastModified = mtime;
  if (options.saveAs !== null) ctx.set('Content-Disposition', contentDisposition(options.saveAs ?? name));
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }

  const range = requestedRange(ctx, size);
  if (range === 'unsatisfiable') {
    ctx.set('Content-Range', `bytes */${size}`);
    throw new LabelError('INVALID_INPUT', `The range lies outside the file's ${size} bytes`, { status: 416 });
  }
  if (range) {
    ctx.status = 206;
    ctx.set('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  ctx.body = size === 0 ? Buffer.alloc(0) : handle.createReadStream({ start, end });
  if (size === 0) await handle.close();
  ctx.length = end - start + 1;
}

/** The one range asked for; undefined for the whole file, also where several ranges or stale ones are asked for. */
function requestedRange(ctx: Context, size: number): { start: number; end: number } | 'unsatisfiable' | undefined {
  const header = ctx.get('Range');
  const condition = ctx.get('If-Range');
  const isStale =
    condition !== '' && condition !== ctx.response.get('ETag') && condition !== ctx.response.get('Last-Modified');
  if (header === '' || isStale) return undefined;
  const ranges = parseRange(size, header);
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  return ranges[0];
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EISDIR'].includes(String(code));
}
