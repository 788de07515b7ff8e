/** The files of a folder by names that can be ids, with a warning for each that cannot. */

import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../files/atomic.js';
import type { Folders } from './folders.js';
import { isSafeName } from './names.js';

export interface ListedFiles {
  /** Regular files and links to such, sorted. */
  readonly names: ReadonlySet<string>;
  /** Real path of what a link leads to → name of the link. */
  readonly links: ReadonlyMap<string, string>;
}

/** Hidden files, folders and what `isWanted` says no to are passed over in silence. */
export async function listFiles(
  folders: Folders,
  path: string,
  isWanted: (name: string) => boolean,
  warnings: string[],
): Promise<ListedFiles> {
  const names: string[] = [];
  const links = new Map<string, string>();
  for (const entry of await entriesOf(path)) {
    if (entry.name[0] === 0x2e || !(entry.isFile() || entry.isSymbolicLink())) continue;
    const name = isUtf8(entry.name) ? entry.name.toString('utf8') : undefined;
    const shown = name ?? entry.name.toString('latin1');
    if (!isWanted(shown)) continue;
    if (name === undefined) {
      warnings.push(`${join(path, shown)} is left out: its name is not valid UTF-8; rename it`);
    } else if (!isSafeName(name)) {
      const rule = 'no backslash, no control character, at most 180 bytes';
      warnings.push(
        `${join(path, JSON.stringify(name))} is left out: such a name cannot be an id (${rule}); rename it`,
      );
    } else if (entry.isFile()) {
      names.push(name);
    } else {
      const target = await targetOf(folders, join(path, name), warnings);
      if (target === undefined) continue;
      names.push(name);
      links.set(target, name);
    }
  }
  return { names: new Set(names.sort()), links };
}

/** Sorted; hidden ones and those that cannot be tags are left out. */
export async function listFolders(path: string): Promise<string[]> {
  return (await entriesOf(path))
    .filter((entry) => entry.isDirectory() && isUtf8(entry.name))
    .map((entry) => entry.name.toString('utf8'))
    .filter(isSafeName)
    .sort();
}

async function targetOf(folders: Folders, path: string, warnings: string[]): Promise<string | undefined> {
  try {
    const real = folders.confine(path);
    return (await stat(real)).isFile() ? real : undefined;
  } catch (error) {
    warnings.push(`${path} is ignored: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function entriesOf(path: string): Promise<Dirent<Buffer>[]> {
  try {
    return await readdir(path, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
