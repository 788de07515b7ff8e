/** What a newer file has replaced, one generation: the file, and beside it `<name>.json` with what was known of it. */

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, readFile, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { hasCode, makeFolder, syncFile, writeFileAtomically } from '../../files/atomic.js';
import type { LabelEntry } from '../datastore.js';

const noteSchema = z.object({ id: z.string() });

export class ReplacedFiles {
  /** `temporary`: a folder of the same file system. */
  constructor(
    private readonly folder: string,
    private readonly temporary: string,
  ) {}

  /**
   * Keeps a file that is about to be replaced, which stays where it is until then: at any time one of the two is there
   * under its name. `tag`: of a label, absent for an image; `path`: undefined when the file is away, and only what is
   * known of it can be kept.
   */
  async keep(id: string, tag: string | undefined, { ext, info }: LabelEntry, path: string | undefined): Promise<void> {
    const kept = join(this.#folderOf(tag), id + ext);
    await makeFolder(dirname(kept));
    if (path !== undefined) await this.#copy(path, kept);
    // The names below are of a file that is away; an older one must not lie beside them.
    else await rm(kept, { force: true });
    await writeFileAtomically(`${kept}.json`, JSON.stringify({ id, ext, info }, null, 2));
    await this.#remove(dirname(kept), id, id + ext);
  }

  /** Puts a file that was kept a moment ago back to where it came from. */
  async restore(id: string, tag: string | undefined, ext: string, path: string): Promise<void> {
    await this.#copy(join(this.#folderOf(tag), id + ext), path);
  }

  /** Deletes what was kept of a label, or of an image (`tag` absent). */
  async forget(id: string, tag?: string): Promise<void> {
    await this.#remove(this.#folderOf(tag), id);
  }

  #folderOf(tag: string | undefined): string {
    return tag === undefined ? join(this.folder, 'images') : join(this.folder, 'labels', tag);
  }

  async #copy(source: string, target: string): Promise<void> {
    const temporary = join(this.temporary, randomUUID());
    try {
      await linkOrCopy(source, temporary);
      // Two names of one file stay as they are.
      await rename(temporary, target);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** An earlier file may have another extension, so the notes tell which belong to the id. */
  async #remove(folder: string, id: string, except?: string): Promise<void> {
    const names = await namesIn(folder);
    for (const note of names.filter((name) => name.startsWith(`${id}.`) && name.endsWith('.json'))) {
      const name = note.slice(0, -'.json'.length);
      if (name === except || (await idOf(join(folder, note))) !== id) continue;
      await rm(join(folder, name), { force: true });
      await rm(join(folder, note), { force: true });
    }
  }
}

/** A second name costs nothing; some file systems have none. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch {
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    const { atime, mtime } = await stat(source);
    await utimes(target, atime, mtime);
    await syncFile(target);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function idOf(note: string): Promise<string | undefined> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(note, 'utf8'))).id;
  } catch {
    return undefined;
  }
}
