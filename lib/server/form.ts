/** Multipart and urlencoded forms: text fields in memory, files streamed to disk. */

import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, statfs } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyFileStream, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { LabelError } from '../errors.js';
import { fileExtension, lastComponent } from './file-name.js';
import { ValidationError } from './validation.js';

export interface UploadedFile {
  /** Complete, on disk, below the folder of uploads. */
  readonly path: string;
  /** The last component of what the client called it. */
  readonly name: string;
  /** With its leading dot: ".nii.gz"; empty when the name has none. */
  readonly ext: string;
}

export interface Form {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, UploadedFile>>;
  /** Deletes the files that nobody has moved away. */
  discard(): Promise<void>;
}

interface FormOptions {
  /** Folder for the files. */
  readonly uploads: string;
  /** Bytes that one file may have. */
  readonly maxUpload: number;
  /** Milliseconds; a client that sends nothing for so long has gone. Default a minute. */
  readonly patience?: number;
}

/** Of all text fields of a form together. */
const maxFieldBytes = 16 * 2 ** 20;
const maxFields = 32;

/**
 * Reads the form of a request; parts called otherwise than `fileNames` are read and dropped. A body that is no form
 * counts as an empty one. On any fault nothing is left on disk. Throws TOO_LARGE for a file or fields over their limit,
 * OUT_OF_MEMORY (507) where the disk cannot hold it, ValidationError for a broken form.
 */
export async function readForm(
  request: IncomingMessage,
  fileNames: readonly string[],
  options: FormOptions,
): Promise<Form> {
  const fields: Record<string, string> = {};
  const files: Record<string, UploadedFile> = {};
  const paths: string[] = [];
  const discard = async (): Promise<void> => {
    await Promise.all(paths.map((each) => rm(each, { force: true })));
  };
  if (!isForm(request)) return { fields, files, discard };

  await refuseTooLarge(request, options);
  const parser = openParser(request, options.maxUpload);
  const writing: Promise<void>[] = [];
  const failed = new AbortController();
  let fieldBytes = 0;
  parser.on('field', (name, value, _nameTruncated, valueTruncated) => {
    fieldBytes += Buffer.byteLength(value);
    if (valueTruncated || fieldBytes > maxFieldBytes) {
      return void parser.destroy(new LabelError('TOO_LARGE', `The form fields exceed ${maxFieldBytes} bytes`));
    }
    fields[name] = value;
  });
  parser.on('file', (name, stream, sentName) => {
    if (!fileNames.includes(name) || files[name]) {
      // A part that is cut short tells its own stream first; the parser says so to us.
      return void stream.on('error', () => {}).resume();
    }
    const ext = fileExtension(lastComponent(sentName ?? ''));
    const file = {
      path: path.join(options.uploads, `${randomUUID()}${ext}`),
      name: lastComponent(sentName ?? ''),
      ext,
    };
    files[name] = file;
    paths.push(file.path);
    const written = writeFile(stream, file.path, options.maxUpload, failed.signal);
    written.catch((error: unknown) => parser.destroy(error instanceof Error ? error : new Error(String(error))));
    writing.push(written);
  });
  for (const limit of ['fieldsLimit', 'filesLimit', 'partsLimit'] as const) {
    parser.on(limit, () => parser.destroy(new LabelError('TOO_LARGE', 'The form has too many parts')));
  }

  const idle = (): void => void parser.destroy(new LabelError('IO', 'The upload stands still', { status: 408 }));
  // Node closes a connection whose timeout nobody listens to at the request, and the client would get no answer.
  request.on('timeout', idle);
  request.socket.setTimeout(options.patience ?? 60_000);
  try {
    await receive(request, parser);
    await Promise.all(writing);
    return { fields, files, discard };
  } catch (error) {
    failed.abort();
    await Promise.allSettled(writing);
    await discard();
    throw error;
  } finally {
    request.socket.setTimeout(0);
    request.off('timeout', idle);
  }
}

function isForm(request: IncomingMessage): boolean {
  return /^(multipart\/form-data|application\/x-www-form-urlencoded)\s*(;|$)/i.test(
    request.headers['content-type'] ?? '',
  );
}

async function refuseTooLarge(request: IncomingMessage, options: FormOptions): Promise<void> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > options.maxUpload + maxFieldBytes) {
    throw new LabelError('TOO_LARGE', `An upload of ${length} bytes is larger than the ${options.maxUpload} allowed`);
  }
  // Somebody may have tidied it away.
  await mkdir(options.uploads, { recursive: true });
  const { bavail, bsize } = await statfs(options.uploads);
  if (length > bavail * bsize) {
    throw new LabelError('OUT_OF_MEMORY', `The disk has no room for an upload of ${length} bytes`);
  }
}

function openParser(request: IncomingMessage, maxUpload: number) {
  try {
    return new Busboy({
      headers: request.headers as BusboyHeaders,
      preservePath: true,
      limits: { fieldSize: maxFieldBytes, fields: maxFields, files: maxFields, fileSize: maxUpload, headerPairs: 100 },
    });
  } catch (error) {
    throw brokenForm(error);
  }
}

/** Feeds the parser; a fault of the form's text is the client's, a fault of writing or receiving is passed on. */
async function receive(request: IncomingMessage, parser: BusboyInstance): Promise<void> {
  try {
    await pipeline(request.iterator({ destroyOnReturn: false }), parser);
  } catch (error) {
    const isOurs = error instanceof LabelError || (error instanceof Error && 'code' in error);
    throw isOurs ? error : brokenForm(error);
  }
}

async function writeFile(
  stream: BusboyFileStream,
  file: string,
  maxUpload: number,
  signal: AbortSignal,
): Promise<void> {
  await pipeline(stream, createWriteStream(file, { flags: 'wx' }), { signal });
  if (stream.truncated) throw new LabelError('TOO_LARGE', `The uploaded file is larger than ${maxUpload} bytes`);
}

function brokenForm(error: unknown): ValidationError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ValidationError([{ type: 'form_invalid', loc: ['body'], msg: `Broken form: ${reason}`, input: null }]);
}
