/** A datastore on a folder, in the layout of MONAI Label: images, `labels/<tag>/`, `datastore_v2.json`. */

import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import PQueue from 'p-queue';
import { LabelError } from '../../errors.js';
import { silentLog, type Log } from '../../log.js';
import {
  finalTag,
  type AddedFile,
  type Datastore,
  type DatastoreStatus,
  type ImageEntry,
  type Info,
  type LabelEntry,
  type LabelledCase,
} from '../datastore.js';
import { labelNames } from '../label-names.js';
import { makeFolder, moveIntoPlace, removeAbandoned, writeFileAtomically } from './atomic.js';
import {
  BrokenCatalogue,
  catalogueJson,
  catalogueText,
  emptyCatalogue,
  fileInfo,
  readCatalogue,
  withImage,
  withLabel,
  withoutImage,
  withoutLabel,
  type Catalogue,
} from './catalogue.js';
import { StudiesFolder } from './folder.js';
import { checkExtension, checkId, checkTag, defaultPatterns, extensionsOf } from './names.js';
import { reconcile } from './reconcile.js';
import { watchStudies, type Watcher } from './watch.js';

export interface LocalDatastoreOptions {
  /** Silent when absent. */
  readonly log?: Log;
  /** "*.nii.gz", …; MONAI Label's when absent. */
  readonly patterns?: readonly string[];
  /** Follow changes made by hand; default true. */
  readonly watch?: boolean;
}

export class LocalDatastore implements Datastore {
  readonly #folder: StudiesFolder;
  readonly #log: Log;
  readonly #extensions: readonly string[];
  /** One write at a time: the catalogue is one file. */
  readonly #writes = new PQueue({ concurrency: 1 });
  #catalogue: Catalogue = emptyCatalogue;
  /** What the catalogue's file held when we last read or wrote it. */
  #text: string | undefined;
  #watcher: Watcher | undefined;
  #refreshQueued = false;

  /** `path` is created when it is not there. */
  static async open(path: string, options: LocalDatastoreOptions = {}): Promise<LocalDatastore> {
    await makeFolder(path);
    const store = new LocalDatastore(path, options);
    await store.refresh();
    await store.#removeAbandoned();
    if (options.watch !== false) {
      const folder = store.#folder;
      const watched = {
        images: folder.images(store.#catalogue),
        labels: folder.labels(store.#catalogue),
        catalogue: folder.catalogue,
      };
      store.#watcher = watchStudies(watched, store.#log, () => store.#refreshSoon());
    }
    return store;
  }

  private constructor(path: string, options: LocalDatastoreOptions) {
    this.#folder = new StudiesFolder(path);
    this.#log = options.log ?? silentLog;
    this.#extensions = extensionsOf(options.patterns ?? defaultPatterns);
  }

  get name(): string {
    return this.#catalogue.name;
  }

  get description(): string {
    return this.#catalogue.description;
  }

  status(): DatastoreStatus {
    const tags: Record<string, number> = {};
    for (const { labels } of this.#catalogue.images.values()) {
      for (const tag of Object.keys(labels)) tags[tag] = (tags[tag] ?? 0) + 1;
    }
    return { total: this.#catalogue.images.size, completed: tags[finalTag] ?? 0, label_tags: tags };
  }

  images(): readonly string[] {
    return [...this.#catalogue.images.keys()];
  }

  unlabelled(tag: string = finalTag): readonly string[] {
    return this.images().filter((id) => this.image(id).labels[tag] === undefined);
  }

  labelledCases(tag: string = finalTag): readonly LabelledCase[] {
    const labelled = this.images().filter((id) => this.image(id).labels[tag] !== undefined);
    return labelled.flatMap((id) => {
      try {
        const names = labelNames(this.#label(id, tag).info);
        return [{ id, image: this.imagePath(id), label: this.labelPath(id, tag), labelNames: names }];
      } catch (error) {
        if (!(error instanceof LabelError)) throw error;
        this.#log.warn(`Datastore: image ${id} is left out of training: ${error.message}`);
        return [];
      }
    });
  }

  image(id: string): ImageEntry {
    checkId(id);
    const entry = this.#catalogue.images.get(id);
    if (entry === undefined) throw new LabelError('NOT_FOUND', `There is no image ${JSON.stringify(id)}`);
    return entry;
  }

  has(id: string): boolean {
    return this.#catalogue.images.has(id);
  }

  idOfPath(path: string): string | undefined {
    return this.images().find((id) => path === this.#folder.imageFile(this.#catalogue, id + this.image(id).ext));
  }

  imagePath(id: string): string {
    return this.#folder.confine(this.#folder.imageFile(this.#catalogue, id + this.image(id).ext));
  }

  labelPath(id: string, tag: string): string {
    return this.#folder.confine(this.#folder.labelFile(this.#catalogue, tag, id + this.#label(id, tag).ext));
  }

  addImage(id: string, file: AddedFile, info: Info): Promise<string> {
    return this.#write(async () => {
      checkId(id);
      checkExtension(file.ext);
      const name = id + file.ext;
      const known = this.#catalogue.images.get(id);
      const target = this.#folder.imageFile(this.#catalogue, name);
      if (target === this.#folder.catalogue) {
        throw new LabelError('INVALID_INPUT', `An image cannot be called ${name}: that is the catalogue`);
      }
      await this.#place(file, target);
      const entry = { ext: file.ext, info: fileInfo({ ...known?.info, ...info }, name), labels: known?.labels ?? {} };
      await this.#save(withImage(this.#catalogue, id, entry));
      if (known !== undefined && known.ext !== file.ext) {
        await rm(this.#folder.imageFile(this.#catalogue, id + known.ext), { force: true });
      }
      return id;
    });
  }

  removeImage(id: string): Promise<void> {
    return this.#write(async () => {
      const { ext, labels } = this.image(id);
      for (const [tag, label] of Object.entries(labels)) await this.#removeLabelFile(id, tag, label);
      await rm(this.#folder.imageFile(this.#catalogue, id + ext), { force: true });
      await this.#save(withoutImage(this.#catalogue, id));
    });
  }

  saveLabel(id: string, tag: string, file: AddedFile, info: Info): Promise<string> {
    return this.#write(async () => {
      checkTag(tag);
      checkExtension(file.ext);
      const known = this.image(id).labels[tag];
      const name = id + file.ext;
      await this.#place(file, this.#folder.labelFile(this.#catalogue, tag, name));
      await this.#save(withLabel(this.#catalogue, id, tag, { ext: file.ext, info: fileInfo(info, name) }));
      if (known !== undefined && known.ext !== file.ext) await this.#removeLabelFile(id, tag, known);
      return id;
    });
  }

  removeLabel(id: string, tag: string): Promise<void> {
    return this.#write(async () => {
      await this.#removeLabelFile(id, tag, this.#label(id, tag));
      await this.#save(withoutLabel(this.#catalogue, id, tag));
    });
  }

  updateImageInfo(id: string, info: Info): Promise<void> {
    return this.#write(async () => {
      const entry = this.image(id);
      await this.#save(withImage(this.#catalogue, id, { ...entry, info: { ...entry.info, ...info } }));
    });
  }

  updateLabelInfo(id: string, tag: string, info: Info): Promise<void> {
    return this.#write(async () => {
      const entry = this.#label(id, tag);
      await this.#save(withLabel(this.#catalogue, id, tag, { ...entry, info: { ...entry.info, ...info } }));
    });
  }

  catalogue(): unknown {
    return catalogueJson(this.#catalogue);
  }

  /** Looks at the folder again: a catalogue edited by hand, files that came and went. */
  refresh(): Promise<void> {
    return this.#write(async () => {
      for (const tag of [finalTag, 'original']) {
        await this.#folder.make(this.#folder.labelFile(this.#catalogue, tag, ''));
      }
      const { catalogue, changed, warnings } = await reconcile(this.#catalogue, this.#folder, this.#extensions);
      for (const warning of warnings) this.#log.warn(`Datastore: ${warning}`);
      if (changed || this.#text === undefined) await this.#save(catalogue);
    });
  }

  async close(): Promise<void> {
    await this.#watcher?.close();
    await this.#writes.onIdle();
  }

  #label(id: string, tag: string): LabelEntry {
    const entry = this.image(id).labels[tag];
    if (entry === undefined) {
      throw new LabelError('NOT_FOUND', `Image ${JSON.stringify(id)} has no label tagged ${JSON.stringify(tag)}`);
    }
    return entry;
  }

  #write<T>(task: () => Promise<T>): Promise<T> {
    return this.#writes.add(async () => {
      await this.#readOthersChanges();
      return task();
    });
  }

  /** People edit the catalogue by hand, and so may another server on the same folder. */
  async #readOthersChanges(): Promise<void> {
    const path = this.#folder.catalogue;
    try {
      const read = await readCatalogue(path);
      if (read === undefined) this.#text = undefined;
      if (read === undefined || read.text === this.#text) return;
      for (const name of read.refused) this.#log.warn(`Datastore: ${path} names ${name}, which is left out`);
      this.#folder.images(read.catalogue);
      this.#folder.labels(read.catalogue);
      this.#catalogue = read.catalogue;
      this.#text = read.text;
    } catch (error) {
      if (!(error instanceof BrokenCatalogue || error instanceof LabelError)) throw error;
      const aside = `${path}.broken-${new Date().toISOString().replace(/[:.]/g, '-')}`;
      await rename(path, aside);
      this.#text = undefined;
      this.#log.warn(
        `Datastore: ${path} cannot be used and is kept as ${aside}; made anew from the folder. ${error.message}`,
      );
    }
  }

  /** Moves a file into its folder, which no link may lead out of the studies. */
  async #place(file: AddedFile, target: string): Promise<void> {
    await this.#folder.make(dirname(target));
    await moveIntoPlace(file.path, target);
  }

  async #save(catalogue: Catalogue): Promise<void> {
    const text = catalogueText(catalogue);
    await writeFileAtomically(this.#folder.catalogue, text);
    this.#catalogue = catalogue;
    this.#text = text;
  }

  async #removeLabelFile(id: string, tag: string, label: LabelEntry): Promise<void> {
    const path = this.#folder.labelFile(this.#catalogue, tag, id + label.ext);
    this.#folder.confine(dirname(path));
    await rm(path, { force: true });
  }

  async #removeAbandoned(): Promise<void> {
    const tags = Object.keys(this.status().label_tags).map((tag) => this.#folder.labelFile(this.#catalogue, tag, ''));
    for (const folder of [this.#folder.root, this.#folder.images(this.#catalogue), ...tags]) {
      await removeAbandoned(folder);
    }
  }

  #refreshSoon(): void {
    if (this.#refreshQueued) return;
    this.#refreshQueued = true;
    this.#writes
      .add(() => {
        this.#refreshQueued = false;
      })
      .then(() => this.refresh())
      .catch((error: unknown) => this.#log.error(`Datastore: the studies could not be read: ${String(error)}`));
  }
}
