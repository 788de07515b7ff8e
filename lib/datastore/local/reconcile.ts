/**
 * Brings the catalogue in line with the files that are there: people copy images and labels into the studies by hand,
 * and take them away. What is known of a file that is away stays, marked, until the file is back.
 */

import { join } from 'node:path';
import { splitAtExtension } from '../../files/extensions.js';
import { fileInfo, type Catalogue, type StoredImage, type StoredLabel } from './catalogue.js';
import { asFound } from './changed-label.js';
import type { Folders } from './folders.js';
import { listFiles, listFolders } from './list-files.js';
import { splitImageName, splitLabelName } from './names.js';
import { stampOf } from '../../files/stamp.js';

export interface Reconciled {
  readonly catalogue: Catalogue;
  readonly changed: boolean;
  /** Sentences for the log. */
  readonly warnings: readonly string[];
  /** Real path of what a link leads to → id of the image that the link is. */
  readonly links: ReadonlyMap<string, string>;
  /** Labels whose place a file laid in by hand has taken: their own files are away. */
  readonly superseded: readonly { readonly id: string; readonly tag: string; readonly label: StoredLabel }[];
}

export async function reconcile(
  catalogue: Catalogue,
  folders: Folders,
  extensions: readonly string[],
): Promise<Reconciled> {
  return new Reconciliation(catalogue, folders, extensions).run();
}

class Reconciliation {
  readonly #images: Map<string, StoredImage>;
  readonly #links = new Map<string, string>();
  readonly #superseded: { id: string; tag: string; label: StoredLabel }[] = [];
  readonly #warnings: string[] = [];
  readonly #now = Math.floor(Date.now() / 1000);
  #changed = false;

  constructor(
    readonly catalogue: Catalogue,
    readonly folders: Folders,
    readonly extensions: readonly string[],
  ) {
    this.#images = new Map(catalogue.images);
  }

  async run(): Promise<Reconciled> {
    await this.#reconcileImages();
    const tags = new Set(await listFolders(this.folders.labels(this.catalogue)));
    for (const { labels } of this.#images.values()) for (const tag of labels.keys()) tags.add(tag);
    for (const tag of tags) await this.#reconcileLabels(tag);
    return {
      catalogue: { ...this.catalogue, images: this.#images },
      changed: this.#changed,
      warnings: this.#warnings,
      links: this.#links,
      superseded: this.#superseded,
    };
  }

  async #reconcileImages(): Promise<void> {
    const known = new Set([...this.#images].map(([id, { ext }]) => id + ext));
    const isImage = (name: string): boolean => known.has(name) || splitAtExtension(name, this.extensions) !== undefined;
    const { names, links } = await listFiles(
      this.folders,
      this.folders.images(this.catalogue),
      isImage,
      this.#warnings,
    );
    for (const [id, entry] of this.#images) {
      const isThere = names.has(id + entry.ext);
      if (isThere === (entry.missing === undefined)) continue;
      this.#setImage(id, isThere ? found(entry) : { ...entry, missing: this.#now });
      if (!isThere)
        this.#warnings.push(`The file of image ${id} is away; what is known of it is kept until it is back`);
    }
    for (const name of names) {
      if (!known.has(name)) this.#takeImage(name);
    }
    const idOf = new Map([...this.#images].map(([id, { ext }]) => [id + ext, id]));
    for (const [target, name] of links) {
      const id = idOf.get(name);
      if (id !== undefined) this.#links.set(target, id);
    }
  }

  #takeImage(name: string): void {
    const split = splitImageName(name, this.extensions);
    if (split === undefined) return;
    const { id, ext } = split;
    const known = this.#images.get(id);
    if (known === undefined) this.#setImage(id, { ext, info: fileInfo({}, name), labels: new Map() });
    else if (known.missing !== undefined) this.#setImage(id, { ...found(known), ext, info: { ...known.info, name } });
    else this.#warnings.push(`${name} is ignored: ${id}${known.ext} has the same id`);
  }

  async #reconcileLabels(tag: string): Promise<void> {
    const folder = join(this.folders.labels(this.catalogue), tag);
    const { names } = await listFiles(this.folders, folder, () => true, this.#warnings);
    const unknown = new Set(names);
    for (const [id, { labels }] of this.#images) {
      const entry = labels.get(tag);
      if (entry === undefined) continue;
      const name = id + entry.ext;
      const isThere = unknown.delete(name);
      if (isThere) {
        const now = await asFound(entry, join(folder, name));
        if (now.file !== entry.file || entry.missing !== undefined) this.#setLabel(id, tag, now);
      } else if (entry.missing === undefined) {
        this.#setLabel(id, tag, { ...entry, missing: this.#now });
        this.#warnings.push(`labels/${tag}/${name} is away; what is known of it is kept until it is back`);
      }
    }
    for (const name of unknown) await this.#takeLabel(tag, name, join(folder, name));
  }

  async #takeLabel(tag: string, name: string, path: string): Promise<void> {
    const split = splitLabelName(name, this.extensions, (id) => this.#images.has(id));
    if (split === undefined) {
      this.#warnings.push(`labels/${tag}/${name} is ignored: there is no image of that id`);
      return;
    }
    const { id, ext } = split;
    const known = this.#images.get(id)!.labels.get(tag);
    if (known !== undefined && known.missing === undefined) {
      this.#warnings.push(`labels/${tag}/${name} is ignored: image ${id} has another label there`);
      return;
    }
    if (known !== undefined) this.#superseded.push({ id, tag, label: known });
    const file = await stampOf(path);
    this.#setLabel(id, tag, { ext, info: fileInfo({}, name), ...(file !== undefined && { file }) });
  }

  #setImage(id: string, entry: StoredImage): void {
    this.#images.set(id, entry);
    this.#changed = true;
  }

  #setLabel(id: string, tag: string, label: StoredLabel): void {
    const image = this.#images.get(id)!;
    this.#setImage(id, { ...image, labels: new Map(image.labels).set(tag, label) });
  }
}

/** The entry without the mark that its file is away. */
function found(entry: StoredImage): StoredImage {
  const { ext, info, labels } = entry;
  return { ext, info, labels };
}
