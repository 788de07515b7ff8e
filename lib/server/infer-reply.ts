import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Context } from 'koa';
import type { InferResult } from '../app/answers.js';
import { mediaType } from './media-type.js';
import { replyJson } from './route.js';
import { contentDisposition, sendFile } from './send-file.js';

export const inferOutputs = ['image', 'json', 'all', 'dicom_seg'] as const;

export type InferOutput = (typeof inferOutputs)[number];

/** Sends what an inference gave in the form that was asked for; deletes the file when the reply is over. */
export async function replyWithResult(ctx: Context, result: InferResult, output: InferOutput): Promise<void> {
  if (output === 'json') {
    await result.release();
    return replyJson(ctx, result.params);
  }
  if (ctx.res.closed) return result.release();
  ctx.res.once('close', () => void result.release().catch(() => {}));
  if (output !== 'image') return replyWithForm(ctx, result);
  const { file, fileName } = result;
  if (typeof file === 'string') return sendFile(ctx, file, path.dirname(file), { notFound: 'The result is gone' });
  ctx.set('Content-Type', mediaType(fileName));
  ctx.set('Content-Disposition', contentDisposition(fileName));
  ctx.body = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
}

/**
 * The two-part form that MONAI Label's clients parse by hand: "params" first, Content-Type as the last header of each
 * part, a plain boundary of 32 hex digits, and a Content-Length, for they do not undo chunked encoding.
 */
async function replyWithForm(ctx: Context, { file, fileName, params }: InferResult): Promise<void> {
  const boundary = randomBytes(16).toString('hex');
  const head = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="params"',
    'Content-Type: application/json',
    '',
    JSON.stringify(params),
    `--${boundary}`,
    `Content-Disposition: form-data; name="image"; filename="${fileName}"`,
    'Content-Type: application/octet-stream',
    '',
    '',
  ].join('\r\n');
  const tail = `\r\n--${boundary}--\r\n`;
  const size = typeof file === 'string' ? (await stat(file)).size : file.length;

  ctx.status = 200;
  ctx.set('Content-Type', `multipart/form-data; boundary=${boundary}`);
  ctx.body = Readable.from(parts(head, file, tail), { objectMode: false });
  ctx.length = Buffer.byteLength(head) + size + Buffer.byteLength(tail);
}

async function* parts(head: string, file: string | Uint8Array, tail: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(head);
  if (typeof file === 'string') yield* createReadStream(file) as AsyncIterable<Buffer>;
  else yield file;
  yield Buffer.from(tail);
}
