/** The beginning of a file, inflated where it is gzip. */

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { constants as zlibConstants, createGunzip } from 'node:zlib';
import { LabelError } from '../errors.js';

export interface FirstBytes {
  /** At least what was asked for, unless the file ends before. */
  readonly bytes: Buffer;
  readonly isGzip: boolean;
  /** Of the file as it lies on disk. */
  readonly fileSize: number;
}

const chunkSize = 16 << 10;

/** Reads until `isEnough`, or to the end of the file. Throws NOT_FOUND, IO or INVALID_FILE. */
export async function readFirstBytes(path: string, isEnough: (bytes: Buffer) => boolean): Promise<FirstBytes> {
  const file = await openFile(path);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new LabelError('INVALID_FILE', `${path} is not a file`);
    const magic = await file.read(Buffer.alloc(2), 0, 2, 0);
    const isGzip = magic.bytesRead === 2 && magic.buffer.readUInt16BE() === 0x1f8b;
    const source = file.createReadStream({ start: 0, highWaterMark: chunkSize, autoClose: false });
    // A file that was cut off gives what it has, as a plain one does.
    const gunzip = createGunzip({ finishFlush: zlibConstants.Z_SYNC_FLUSH });
    const stream = isGzip ? pipeline(source, gunzip, () => {}) : source;
    const chunks: Buffer[] = [];
    let [size, wanted] = [0, 0];
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size < wanted) continue;
      const bytes = Buffer.concat(chunks);
      if (isEnough(bytes)) return { bytes, isGzip, fileSize: status.size };
      wanted = 2 * size;
    }
    return { bytes: Buffer.concat(chunks), isGzip, fileSize: status.size };
  } catch (error) {
    throw readable(error, path);
  } finally {
    await file.close();
  }
}

async function openFile(path: string) {
  try {
    // A pipe must not block.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = ['ENOENT', 'ENOTDIR'].includes(codeOf(error)) ? 'NOT_FOUND' : 'IO';
    throw new LabelError(code, `cannot open ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function readable(error: unknown, path: string): LabelError {
  if (error instanceof LabelError) return error;
  const { message } = error as Error;
  return codeOf(error).startsWith('Z_')
    ? new LabelError('INVALID_FILE', `${path} is damaged: its gzip data has ${message}`, { cause: error })
    : new LabelError('IO', `cannot read ${path}: ${message}`, { cause: error });
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}
