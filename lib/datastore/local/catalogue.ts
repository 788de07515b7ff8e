/** The index of a local datastore, `datastore_v2.json`, as MONAI Label writes it. */

import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ImageEntry, Info, LabelEntry } from '../datastore.js';
import { hasCode } from '../../files/atomic.js';
import { isSafeName } from './names.js';

export const catalogueFile = 'datastore_v2.json';

/** Never changed in place: a write makes a new one, so that a failed write leaves the old one standing. */
export interface Catalogue {
  readonly name: string;
  readonly description: string;
  /** Folders below the studies. */
  readonly imagesDir: string;
  readonly labelsDir: string;
  readonly images: ReadonlyMap<string, ImageEntry>;
}

export const emptyCatalogue: Catalogue = {
  name: 'new-dataset',
  description: 'New Dataset',
  imagesDir: '.',
  labelsDir: 'labels',
  images: new Map(),
};

const entrySchema = z.object({ ext: z.string(), info: z.record(z.string(), z.unknown()).default({}) });

const catalogueSchema = z.object({
  name: z.string().default(emptyCatalogue.name),
  description: z.string().default(emptyCatalogue.description),
  images_dir: z.string().default(emptyCatalogue.imagesDir),
  labels_dir: z.string().default(emptyCatalogue.labelsDir),
  objects: z
    .record(z.string(), z.object({ image: entrySchema, labels: z.record(z.string(), entrySchema).default({}) }))
    .default({}),
});

/** The file cannot be understood; `message` says why. */
export class BrokenCatalogue extends Error {}

export interface ReadCatalogue {
  readonly catalogue: Catalogue;
  /** The very text, to tell our own writes from other people's. */
  readonly text: string;
  /** Names in it that could not be files of ours and were left out. */
  readonly refused: readonly string[];
}

/** Undefined when there is no such file; throws BrokenCatalogue. */
export async function readCatalogue(path: string): Promise<ReadCatalogue | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  return { ...parseCatalogue(text), text };
}

function parseCatalogue(text: string): { catalogue: Catalogue; refused: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BrokenCatalogue(error instanceof Error ? error.message : String(error));
  }
  const parsed = catalogueSchema.safeParse(json);
  if (!parsed.success) throw new BrokenCatalogue(z.prettifyError(parsed.error));

  const { name, description, images_dir: imagesDir, labels_dir: labelsDir, objects } = parsed.data;
  const images = new Map<string, ImageEntry>();
  const refused: string[] = [];
  for (const [id, { image, labels }] of Object.entries(objects)) {
    if (isSafeName(id + image.ext)) images.set(id, { ...image, labels: safeLabels(id, labels, refused) });
    else refused.push(id);
  }
  return { catalogue: { name, description, imagesDir, labelsDir, images }, refused };
}

function safeLabels(id: string, labels: Record<string, LabelEntry>, refused: string[]): Map<string, LabelEntry> {
  const safe = Object.entries(labels).filter(([tag, { ext }]) => isSafeName(tag) && isSafeName(id + ext));
  refused.push(...Object.keys(labels).filter((tag) => !safe.some(([kept]) => kept === tag)));
  return new Map(safe);
}

/** The object that is written to disk and that clients get. */
export function catalogueJson(catalogue: Catalogue): Record<string, unknown> {
  const objects = [...catalogue.images].map(([id, { ext, info, labels }]) => [
    id,
    { image: { ext, info }, labels: Object.fromEntries(labels) },
  ]);
  return {
    name: catalogue.name,
    description: catalogue.description,
    images_dir: catalogue.imagesDir,
    labels_dir: catalogue.labelsDir,
    objects: Object.fromEntries(objects) as Record<string, unknown>,
  };
}

export function catalogueText(catalogue: Catalogue): string {
  return JSON.stringify(catalogueJson(catalogue), null, 2);
}

export function withImage(catalogue: Catalogue, id: string, entry: ImageEntry): Catalogue {
  return { ...catalogue, images: new Map(catalogue.images).set(id, entry) };
}

export function withoutImage(catalogue: Catalogue, id: string): Catalogue {
  const images = new Map(catalogue.images);
  images.delete(id);
  return { ...catalogue, images };
}

export function withLabel(catalogue: Catalogue, id: string, tag: string, label: LabelEntry): Catalogue {
  const image = catalogue.images.get(id)!;
  return withImage(catalogue, id, { ...image, labels: new Map(image.labels).set(tag, label) });
}

export function withoutLabel(catalogue: Catalogue, id: string, tag: string): Catalogue {
  const image = catalogue.images.get(id)!;
  const labels = new Map(image.labels);
  labels.delete(tag);
  return withImage(catalogue, id, { ...image, labels });
}

/** What is remembered of a file when it is stored, beside what the client said: seconds since 1970, and its name. */
export function fileInfo(info: Info, name: string): Info {
  return { ...info, ts: Math.floor(Date.now() / 1000), name };
}
