/** Writes that are either there, whole and synced, or not there at all, also after a power cut. */

import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Names that begin so are unfinished writes; nothing reads them. */
const temporaryPrefix = '.writing-';

/** A complete file beside the one that it is to replace. */
export interface PreparedFile {
  /** Puts it in place. When it fails with the file in place, all that is unknown is whether it outlasts a power cut. */
  commit(): Promise<void>;
  readonly isInPlace: boolean;
  /** Deletes it unless it is in place already. */
  discard(): Promise<void>;
}

/** Does all that can fail for want of room: what is prepared takes one rename to be in place. */
export async function prepareFile(path: string, text: string): Promise<PreparedFile> {
  const temporary = temporaryBeside(path);
  const discard = (): Promise<void> => rm(temporary, { force: true });
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await discard();
    throw error;
  }
  let isInPlace = false;
  return {
    async commit() {
      await rename(temporary, path);
      isInPlace = true;
      await syncFolder(dirname(path));
    },
    get isInPlace() {
      return isInPlace;
    },
    discard,
  };
}

/** Replaces a file by `text`. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const prepared = await prepareFile(path, text);
  try {
    await prepared.commit();
  } catch (error) {
    await prepared.discard();
    throw error;
  }
}

/**
 * Moves a complete file to `target`, replacing what is there; copies it, with its time, when it lies on another file
 * system.
 */
export async function moveIntoPlace(source: string, target: string): Promise<void> {
  await syncFile(source);
  try {
    await rename(source, target);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    await copyIntoPlace(source, target);
    await rm(source);
  }
  await syncFolder(dirname(target));
}

/** Creates a folder and its parents, synced. */
export async function makeFolder(folder: string): Promise<void> {
  const firstCreated = await mkdir(folder, { recursive: true });
  if (firstCreated === undefined) return;
  for (let made = folder; made.length >= firstCreated.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Removes what writes of a process left that died; nobody else may be writing into the folder. */
export async function removeAbandoned(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(temporaryPrefix));
  for (const name of names) await rm(join(folder, name), { force: true });
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function copyIntoPlace(source: string, target: string): Promise<void> {
  const temporary = temporaryBeside(target);
  try {
    await copyFile(source, temporary);
    const { atime, mtime } = await stat(source);
    await utimes(temporary, atime, mtime);
    await syncFile(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function temporaryBeside(path: string): string {
  return join(dirname(path), temporaryPrefix + randomUUID());
}

export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
