/**
 * The index of a local datastore, `datastore_v2.json`, as MONAI Label writes it, and three keys beside its own, which
 * MONAI Label passes over: `order` where ids look like numbers, since JSON's readers put those first; `missing` in an
 * entry, the time since which its file is away; `file` in a label, what its file looked like when its info was written.
 */

import { LabelError } from '../../errors.js';
import type { ImageEntry, Info, LabelEntry } from '../datastore.js';

/** Characters of JSON for one file. */
const mostInfo = 2 ** 20;

export const catalogueFile = 'datastore_v2.json';

export interface StoredLabel extends LabelEntry {
  /** A stamp of stamp.ts; absent where nobody looked. */
  readonly file?: string;
  /** Seconds since 1970. */
  readonly missing?: number;
}

export interface StoredImage extends ImageEntry {
  readonly labels: ReadonlyMap<string, StoredLabel>;
  readonly missing?: number;
}

/** Never changed in place: a write makes a new one, so that a failed write leaves the old one standing. */
export interface Catalogue {
  readonly name: string;
  readonly description: string;
  /** Folder below the studies. */
  readonly imagesDir: string;
  /** Folder below the one that the catalogue lies in. */
  readonly labelsDir: string;
  /** Also those whose files are away. */
  readonly images: ReadonlyMap<string, StoredImage>;
}

export const emptyCatalogue: Catalogue = {
  name: 'new-dataset',
  description: 'New Dataset',
  imagesDir: '.',
  labelsDir: 'labels',
  images: new Map(),
};

/** The entries whose files are there: what everyone but the catalogue itself gets to see. */
export function present(images: ReadonlyMap<string, StoredImage>): ReadonlyMap<string, StoredImage> {
  const isPresent = ({ missing }: { missing?: number }): boolean => missing === undefined;
  const seen = [...images]
    .filter(([, image]) => isPresent(image))
    .map(([id, image]) => {
      const labels = [...image.labels];
      const isWhole = labels.every(([, label]) => isPresent(label));
      return [
        id,
        isWhole ? image : { ...image, labels: new Map(labels.filter(([, each]) => isPresent(each))) },
      ] as const;
    });
  return new Map(seen);
}

/** The object that is written to disk, and that clients get of the entries they may see. */
export function catalogueJson(
  catalogue: Catalogue,
  images: ReadonlyMap<string, StoredImage> = catalogue.images,
): Record<string, unknown> {
  const objects = Object.fromEntries(
    [...images].map(([id, { ext, info, labels, ...marks }]) => {
      return [id, { image: { ext, info }, labels: Object.fromEntries(labels), ...marks }];
    }),
  );
  const order = [...images.keys()];
  const isInOrder = Object.keys(objects).every((id, position) => id === order[position]);
  return {
    name: catalogue.name,
    description: catalogue.description,
    images_dir: catalogue.imagesDir,
    labels_dir: catalogue.labelsDir,
    ...(!isInOrder && { order }),
    objects,
  };
}

export function catalogueText(catalogue: Catalogue): string {
  return JSON.stringify(catalogueJson(catalogue), null, 2);
}

export function withImage(catalogue: Catalogue, id: string, entry: StoredImage): Catalogue {
  return { ...catalogue, images: new Map(catalogue.images).set(id, entry) };
}

export function withoutImage(catalogue: Catalogue, id: string): Catalogue {
  const images = new Map(catalogue.images);
  images.delete(id);
  return { ...catalogue, images };
}

export function withLabel(catalogue: Catalogue, id: string, tag: string, label: StoredLabel): Catalogue {
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

/**
 * The same, for it is written again with every change of anything. Throws TOO_LARGE where clients have given too much;
 * `checked` is our own.
 */
export function bounded(info: Info): Info {
  const size = JSON.stringify(without(info, ['checked'])).length;
  if (size <= mostInfo) return info;
  const message = `What is to be known of the file would take ${size} characters; up to ${mostInfo} are kept`;
  throw new LabelError('TOO_LARGE', message);
}

export function without(info: Info, keys: readonly string[]): Info {
  return Object.fromEntries(Object.entries(info).filter(([key]) => !keys.includes(key)));
}
