/** Puts files where they belong, so that at any time the old or the new one is there whole, with its own info. */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabelError } from '../../errors.js';
import { makeFolder, moveIntoPlace, removeAbandoned } from '../../files/atomic.js';
import type { LabelEntry } from '../datastore.js';
import type { CatalogueFile } from './catalogue-file.js';
import { withImage, withLabel, without, type Catalogue, type StoredImage, type StoredLabel } from './catalogue.js';
import type { Folders } from './folders.js';
import { Journal, type PlannedWrite } from './journal.js';
import { ReplacedFiles } from './replaced.js';
import { stampOf } from '../../files/stamp.js';

/** A file of the datastore: an image's, or with a tag a label's. */
export interface Placed {
  readonly id: string;
  readonly tag?: string | undefined;
  readonly ext: string;
}

export interface Replacement {
  readonly id: string;
  readonly tag?: string;
  /** The new file, complete, on any file system. */
  readonly path: string;
  /** What it replaces. */
  readonly known: StoredImage | StoredLabel | undefined;
}

export class Placer {
  readonly #replaced: ReplacedFiles;
  readonly #journal: Journal;

  constructor(
    private readonly folders: Folders,
    private readonly catalogueFile: CatalogueFile,
  ) {
    this.#replaced = new ReplacedFiles(join(folders.ours, 'replaced'), folders.incoming);
    this.#journal = new Journal(join(folders.ours, 'writing.json'));
  }

  imageFile(id: string, ext: string): string {
    return this.folders.imageFile(this.catalogueFile.catalogue, id + ext);
  }

  labelFile(id: string, tag: string, ext: string): string {
    return this.folders.labelFile(this.catalogueFile.catalogue, tag, id + ext);
  }

  tagFolder(tag: string): string {
    return join(this.folders.labels(this.catalogueFile.catalogue), tag);
  }

  file({ id, tag, ext }: Placed): string {
    return tag === undefined ? this.imageFile(id, ext) : this.labelFile(id, tag, ext);
  }

  /**
   * All that needs room comes first; then the file and the catalogue take one rename each, with the journal around.
   * `entry` makes the new entry, from the stamp of the new file.
   */
  async replace({ id, tag, path, known }: Replacement, entry: (file: string) => Promise<LabelEntry>): Promise<void> {
    await makeFolder(this.folders.incoming);
    const staged = join(this.folders.incoming, randomUUID());
    try {
      await moveIntoPlace(path, staged);
      const file = (await stampOf(staged))!;
      const planned = {
        id,
        ...(tag !== undefined && { tag }),
        entry: await entry(file),
        file,
        ...(known && { previous: known.ext }),
      };
      await this.#put(staged, planned, known);
    } finally {
      await rm(staged, { force: true });
    }
  }

  async #put(staged: string, planned: PlannedWrite, known: StoredImage | StoredLabel | undefined): Promise<void> {
    const target = this.file({ ...planned, ext: planned.entry.ext });
    await this.folders.make(dirname(target));
    const prepared = await this.catalogueFile.prepare(this.#with(planned, known));
    try {
      if (known !== undefined) {
        await this.#replaced.keep(planned.id, planned.tag, known, this.#existing({ ...planned, ext: known.ext }));
      }
      await this.#journal.write(planned);
      await moveIntoPlace(staged, target);
      await prepared.commit();
    } catch (error) {
      await prepared.discard();
      // With the catalogue in place the new file counts, and the old one must not come back under its name.
      if (prepared.isInPlace) await this.#end(planned);
      else await this.#takeBack(planned, known);
      throw error;
    }
    await this.#end(planned);
  }

  async #end(planned: PlannedWrite): Promise<void> {
    await this.#removePrevious(planned);
    await this.#journal.clear();
  }

  /** Deletes a file and what was kept of the one before it. */
  async remove(placed: Placed): Promise<void> {
    const path = this.file(placed);
    if (existsSync(dirname(path))) this.folders.confine(dirname(path));
    await rm(path, { force: true });
    await this.#replaced.forget(placed.id, placed.tag);
  }

  /** Keeps what is known of a label whose file is away and whose place another has taken. */
  async keepInfo(id: string, tag: string, label: StoredLabel): Promise<void> {
    await this.#replaced.keep(id, tag, label, undefined);
  }

  /** Ends a write in the middle of which the process before this one died; empties the folder of incoming files. */
  async recover(): Promise<void> {
    await rm(this.folders.incoming, { recursive: true, force: true });
    await makeFolder(this.folders.incoming);
    const planned = await this.#journal.read();
    if (planned === undefined) return;
    const { id, tag, entry, file } = planned;
    const path = this.file({ ...planned, ext: entry.ext });
    if ((await stampOf(path)) === file) {
      const image = this.catalogueFile.catalogue.images.get(id);
      const known = tag === undefined ? image : image?.labels.get(tag);
      const isSaved = known?.info['ts'] === entry.info['ts'] && known?.info['version'] === entry.info['version'];
      if (!isSaved && (tag === undefined || image !== undefined)) {
        await this.catalogueFile.save(this.#with(planned, known));
      }
      await this.#removePrevious(planned);
    }
    await this.#journal.clear();
  }

  /** Removes unfinished writes of processes that died. */
  async removeAbandoned(tags: readonly string[]): Promise<void> {
    const labels = tags.map((tag) => this.tagFolder(tag));
    const images = this.folders.areImagesOnlyRead ? [] : [this.folders.images(this.catalogueFile.catalogue)];
    for (const folder of [this.folders.home, ...images, ...labels]) await removeAbandoned(folder);
  }

  #with({ id, tag, entry, file }: PlannedWrite, known: StoredImage | StoredLabel | undefined): Catalogue {
    const { catalogue } = this.catalogueFile;
    if (tag !== undefined) return withLabel(catalogue, id, tag, { ...entry, file });
    const labels = known !== undefined && 'labels' in known ? [...known.labels] : [];
    const unchecked = labels.map(
      ([name, label]) => [name, { ...label, info: without(label.info, ['checked']) }] as const,
    );
    return withImage(catalogue, id, { ...entry, labels: new Map(unchecked) });
  }

  /** The real path of a file that is there, undefined for one that is not or that a link leads out of the studies. */
  #existing(placed: Placed): string | undefined {
    try {
      return this.folders.confine(this.file(placed));
    } catch (error) {
      if (error instanceof LabelError) return undefined;
      throw error;
    }
  }

  async #removePrevious(planned: PlannedWrite): Promise<void> {
    const { entry, previous } = planned;
    if (previous === undefined || previous === entry.ext) return;
    await rm(this.file({ ...planned, ext: previous }), { force: true });
  }

  /** After a write that failed: the file that was there is there again. */
  async #takeBack(planned: PlannedWrite, known: StoredImage | StoredLabel | undefined): Promise<void> {
    const { id, tag, entry, file } = planned;
    const target = this.file({ ...planned, ext: entry.ext });
    if ((await stampOf(target)) === file) {
      if (known?.ext === entry.ext && known.missing === undefined) {
        await this.#replaced.restore(id, tag, known.ext, target);
      } else await rm(target, { force: true });
    }
    await this.#journal.clear();
  }
}
