/** Brings the catalogue in line with the files that are there: people copy images and labels into the studies by hand. */

import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageEntry, LabelEntry } from '../datastore.js';
import { hasCode } from '../../files/atomic.js';
import { catalogueText, fileInfo, type Catalogue } from './catalogue.js';
import type { StudiesFolder } from './folder.js';
import { isSafeName, splitImageName, splitLabelName } from './names.js';

export interface Reconciled {
  readonly catalogue: Catalogue;
  readonly changed: boolean;
  /** Sentences for the log. */
  readonly warnings: readonly string[];
}

export async function reconcile(
  catalogue: Catalogue,
  folder: StudiesFolder,
  extensions: readonly string[],
): Promise<Reconciled> {
  const warnings: string[] = [];
  const imageFiles = await fileNames(folder, folder.images(catalogue), warnings);
  const images = new Map<string, ImageEntry>();
  for (const [id, entry] of catalogue.images) {
    if (imageFiles.has(id + entry.ext)) images.set(id, entry);
    else warnings.push(`The file of image ${id} is gone; it is no longer listed`);
  }
  for (const name of imageFiles) {
    const split = splitImageName(name, extensions);
    if (split === undefined) continue;
    const known = images.get(split.id);
    if (known === undefined) images.set(split.id, { ext: split.ext, info: fileInfo({}, name), labels: new Map() });
    else if (known.ext !== split.ext) warnings.push(`${name} is ignored: ${split.id}${known.ext} has the same id`);
  }

  const labels = await reconcileLabels({ ...catalogue, images }, folder, extensions, warnings);
  for (const [id, entry] of images) {
    images.set(id, { ...entry, labels: inKnownOrder(labels.get(id) ?? new Map(), [...entry.labels.keys()]) });
  }
  const reconciled = { ...catalogue, images };
  return { catalogue: reconciled, changed: !sameEntries(catalogue, reconciled), warnings };
}

/** By image id, then tag. */
async function reconcileLabels(
  catalogue: Catalogue,
  folder: StudiesFolder,
  extensions: readonly string[],
  warnings: string[],
): Promise<Map<string, Map<string, LabelEntry>>> {
  const labels = new Map<string, Map<string, LabelEntry>>();
  const attach = (id: string, tag: string, entry: LabelEntry): void => {
    labels.set(id, new Map(labels.get(id)).set(tag, entry));
  };
  for (const tag of await tagNames(folder.labels(catalogue))) {
    const files = await fileNames(folder, join(folder.labels(catalogue), tag), warnings);
    for (const [id, { labels: known }] of catalogue.images) {
      const entry = known.get(tag);
      if (entry !== undefined && files.delete(id + entry.ext)) attach(id, tag, entry);
    }
    for (const name of files) {
      const split = splitLabelName(name, extensions, (id) => catalogue.images.has(id));
      if (split === undefined) warnings.push(`labels/${tag}/${name} is ignored: there is no image of that id`);
      else if (labels.get(split.id)?.has(tag) !== true) {
        attach(split.id, tag, { ext: split.ext, info: fileInfo({}, name) });
      } else warnings.push(`labels/${tag}/${name} is ignored: image ${split.id} has another label there`);
    }
  }
  return labels;
}

async function tagNames(labelsFolder: string): Promise<string[]> {
  return (await entries(labelsFolder))
    .filter((entry) => entry.isDirectory() && isSafeName(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** Names of regular files, sorted; links that lead out of the studies are left out with a warning. */
async function fileNames(folder: StudiesFolder, path: string, warnings: string[]): Promise<Set<string>> {
  const names: string[] = [];
  for (const entry of await entries(path)) {
    if (!isSafeName(entry.name)) continue;
    if (entry.isFile() || (entry.isSymbolicLink() && (await isFileInside(folder, join(path, entry.name), warnings)))) {
      names.push(entry.name);
    }
  }
  return new Set(names.sort());
}

async function isFileInside(folder: StudiesFolder, path: string, warnings: string[]): Promise<boolean> {
  try {
    return (await stat(folder.confine(path))).isFile();
  } catch (error) {
    warnings.push(`${path} is ignored: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

async function entries(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** So that a store in which nothing changed is not written anew. */
function inKnownOrder(labels: ReadonlyMap<string, LabelEntry>, tags: readonly string[]): Map<string, LabelEntry> {
  const position = (tag: string): number => (tags.includes(tag) ? tags.indexOf(tag) : tags.length);
  return new Map([...labels].sort(([a], [b]) => position(a) - position(b)));
}

function sameEntries(a: Catalogue, b: Catalogue): boolean {
  return catalogueText(a) === catalogueText(b);
}
