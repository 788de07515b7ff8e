import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { extract } from 'tar';
import { LabelError } from '../errors.js';
import { download, type DownloadOptions } from '../files/download.js';

export interface DatasetRequest extends Omit<DownloadOptions, 'file'> {
  /** Of the folder that lies in the archive. */
  readonly name: string;
  /** Folder in which that folder is put. */
  readonly output: string;
}

/**
 * Downloads, checks and unpacks a tar archive; resolves with `<output>/<name>`, which appears when all of it is there.
 * Throws INVALID_INPUT when it exists already, INVALID_FILE when the archive is not the one expected.
 */
export async function fetchDataset({ name, output, ...source }: DatasetRequest): Promise<string> {
  const target = path.resolve(output, name);
  if (existsSync(target)) throw new LabelError('INVALID_INPUT', `${target} exists already`);
  await mkdir(path.dirname(target), { recursive: true });

  const archive = `${target}.tar`;
  await download({ ...source, file: archive });
  const unpacking = `${target}.unpacking`;
  await rm(unpacking, { recursive: true, force: true });
  await mkdir(unpacking);
  try {
    await extract({ file: archive, cwd: unpacking, strict: true, filter: isWanted });
    const unpacked = path.join(unpacking, name);
    if (!existsSync(unpacked)) throw new LabelError('INVALID_FILE', `${source.url} has no folder ${name}`);
    await rename(unpacked, target);
  } finally {
    await rm(unpacking, { recursive: true, force: true });
  }
  await rm(archive);
  return target;
}

/** macOS leaves "._name" beside each file. */
function isWanted(entry: string): boolean {
  return !path.basename(entry).startsWith('._');
}
