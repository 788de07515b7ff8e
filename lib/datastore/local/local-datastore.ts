/** A datastore on a folder, in the layout of MONAI Label: images, `labels/<tag>/`, `datastore_v2.json`. */

import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import PQueue from 'p-queue';
import { LabelError } from '../../errors.js';
import { silentLog, type Log } from '../../log.js';
import {
  finalTag,
  type AddedFile,
  type CheckedLabel,
  type Datastore,
  type DatastoreStatus,
  type Expected,
  type ImageEntry,
  type Info,
  type LabelEntry,
  type LabelledCase,
  type SavedLabel,
  type UncheckedLabel,
} from '../datastore.js';
import { makeFolder, moveIntoPlace, removeAbandoned, writeFileAtomically } from '../../files/atomic.js';
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
import { hasStamp, stampOf } from './stamp.js';
import { checkExtension, checkId, checkTag, defaultPatterns, extensionsOf } from './names.js';
import { reconcile } from './reconcile.js';
import { isTaken, withServed } from '../served.js';
import { checkExpected, replacedBy } from '../expected.js';
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
  /** One draw at a time, so that two people do not get the same image. */
  readonly #draws = new PQueue({ concurrency: 1 });
  #catalogue: Catalogue = emptyCatalogue;
  /** What the catalogue's file held when we last read or wrote it. */
  #text: string | undefined;
  #watcher: Watcher | undefined;
  #refreshQueued = false;

  /** `path` is created when it is not there. */
  static async open(path: string, options: LocalDatastoreOptions = {}): Promise<LocalDatastore> {
    await makeFolder(path);
    const store = new LocalDatastore(path, options);
    await rm(store.incoming, { recursive: true, force: true });
    await makeFolder(store.incoming);
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

  get labelsFolder(): string {
    return this.#folder.root;
  }

  get incoming(): string {
    return this.#folder.incoming;
  }

  status(): DatastoreStatus {
    const tags = new Map<string, number>();
    for (const { labels } of this.#catalogue.images.values()) {
      for (const tag of labels.keys()) tags.set(tag, (tags.get(tag) ?? 0) + 1);
    }
    const total = this.#catalogue.images.size;
    return { total, completed: tags.get(finalTag) ?? 0, label_tags: Object.fromEntries(tags) };
  }

  images(): readonly string[] {
    return [...this.#catalogue.images.keys()];
  }

  unlabelled(tag: string = finalTag): readonly string[] {
    return this.images().filter((id) => !this.image(id).labels.has(tag));
  }

  labelledCases(tag: string = finalTag): readonly LabelledCase[] {
    const labelled = this.images().filter((id) => this.image(id).labels.has(tag));
    return labelled.flatMap((id) => {
      try {
        const { info } = this.label(id, tag);
        return [{ id, image: this.imagePath(id), label: this.labelPath(id, tag), info }];
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

  label(id: string, tag: string): LabelEntry {
    checkTag(tag);
    const entry = this.image(id).labels.get(tag);
    if (entry === undefined) {
      throw new LabelError('NOT_FOUND', `Image ${JSON.stringify(id)} has no label tagged ${JSON.stringify(tag)}`);
    }
    return entry;
  }

  hasLabel(id: string, tag: string): boolean {
    return this.#catalogue.images.get(id)?.labels.has(tag) === true;
  }

  idOfPath(path: string): string | undefined {
    return this.images().find((id) => path === this.#folder.imageFile(this.#catalogue, id + this.image(id).ext));
  }

  imagePath(id: string): string {
    return this.#folder.confine(this.#folder.imageFile(this.#catalogue, id + this.image(id).ext));
  }

  labelPath(id: string, tag: string): string {
    return this.#folder.confine(this.#folder.labelFile(this.#catalogue, tag, id + this.label(id, tag).ext));
  }

  addImage(id: string, file: AddedFile, info: Info, expected: Expected = {}): Promise<string> {
    return this.#write(async () => {
      checkId(id);
      checkExtension(file.ext);
      const name = id + file.ext;
      const known = this.#catalogue.images.get(id);
      checkExpected(`The image ${id}`, known, expected);
      const target = this.#folder.imageFile(this.#catalogue, name);
      if (target === this.#folder.catalogue) {
        throw new LabelError('INVALID_INPUT', `An image cannot be called ${name}: that is the catalogue`);
      }
      await this.#place(file, target);
      const entry = {
        ext: file.ext,
        info: fileInfo({ ...known?.info, ...info }, name),
        labels: known?.labels ?? new Map(),
      };
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
      for (const [tag, label] of labels) await this.#removeLabelFile(id, tag, label);
      await rm(this.#folder.imageFile(this.#catalogue, id + ext), { force: true });
      await this.#save(withoutImage(this.#catalogue, id));
    });
  }

  saveLabel(id: string, tag: string, file: AddedFile, info: Info, expected: Expected = {}): Promise<SavedLabel> {
    return this.#write(async () => {
      checkTag(tag);
      checkExtension(file.ext);
      const known = this.image(id).labels.get(tag);
      checkExpected(`The label of ${id}`, known, expected);
      const name = id + file.ext;
      const version = randomUUID();
      await this.#place(file, this.#folder.labelFile(this.#catalogue, tag, name));
      const checked = await this.#stamped(id, tag, file.ext, info['checked']);
      const entry = { ext: file.ext, info: { ...fileInfo({ ...info, ...checked }, name), version } };
      await this.#save(withLabel(this.#catalogue, id, tag, entry));
      if (known !== undefined && known.ext !== file.ext) await this.#removeLabelFile(id, tag, known);
      return { id, version, ...(known && { replaced: replacedBy(known) }) };
    });
  }

  removeLabel(id: string, tag: string): Promise<void> {
    return this.#write(async () => {
      await this.#removeLabelFile(id, tag, this.label(id, tag));
      await this.#save(withoutLabel(this.#catalogue, id, tag));
    });
  }

  updateImageInfo(id: string, info: Info): Promise<void> {
    return this.#changeImageInfo(id, (known) => ({ ...known, ...info }));
  }

  updateLabelInfo(id: string, tag: string, info: Info): Promise<void> {
    return this.#write(async () => {
      const { ext, info: known } = this.label(id, tag);
      const isAboutMeaning = 'label_values' in info || 'label_info' in info;
      const kept = isAboutMeaning ? without(known, ['checked']) : known;
      const added = without(info, ['version', 'checked']);
      await this.#save(withLabel(this.#catalogue, id, tag, { ext, info: { ...kept, ...added } }));
    });
  }

  async uncheckedLabels(tags: readonly string[]): Promise<readonly UncheckedLabel[]> {
    const labels = [...this.#catalogue.images].flatMap(([id, image]) =>
      tags.flatMap((tag) =>
        image.labels.has(tag) ? [{ id, tag, checked: image.labels.get(tag)!.info['checked'] }] : [],
      ),
    );
    const stamped = await Promise.all(
      labels.map(async ({ id, tag, checked }) => ({ id, tag, checked, stamp: await this.#stamp(id, tag) })),
    );
    return stamped.flatMap(({ id, tag, checked, stamp }) =>
      stamp === undefined || hasStamp(checked, stamp) ? [] : [{ id, tag, stamp }],
    );
  }

  setChecked(labels: readonly CheckedLabel[]): Promise<void> {
    return this.#write(async () => {
      let catalogue = this.#catalogue;
      for (const { id, tag, stamp, checked } of labels) {
        if (!this.hasLabel(id, tag) || (await this.#stamp(id, tag)) !== stamp) continue;
        const entry = this.label(id, tag);
        const info = { ...entry.info, checked: { ...checked, stamp } };
        catalogue = withLabel(catalogue, id, tag, { ...entry, info });
      }
      if (catalogue !== this.#catalogue) await this.#save(catalogue);
    });
  }

  reserve<Choice extends { readonly id: string }>(
    strategy: string,
    clientId: string,
    choose: (candidates: readonly string[]) => Promise<Choice | undefined>,
  ): Promise<Choice | undefined> {
    return this.#draws.add(async () => {
      const now = Math.floor(Date.now() / 1000);
      const unlabelled = this.unlabelled();
      const free = unlabelled.filter((id) => !isTaken(this.image(id).info, clientId, now));
      const candidates = free.length > 0 ? free : unlabelled;
      const choice = candidates.length > 0 ? await choose(candidates) : undefined;
      if (choice !== undefined) {
        await this.#changeImageInfo(choice.id, (info) => withServed(info, strategy, clientId, now));
      }
      return choice;
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

  #changeImageInfo(id: string, change: (info: Info) => Info): Promise<void> {
    return this.#write(async () => {
      const entry = this.image(id);
      await this.#save(withImage(this.#catalogue, id, { ...entry, info: change(entry.info) }));
    });
  }

  /** Of a label's file and its image's; undefined when one of them is away. */
  async #stamp(id: string, tag: string): Promise<string | undefined> {
    const image = this.#catalogue.images.get(id);
    const ext = image?.labels.get(tag)?.ext;
    return image === undefined || ext === undefined ? undefined : this.#stampOfFiles(id, tag, image.ext, ext);
  }

  /** What was found in a file that has just been put into its place stays true of it. */
  async #stamped(id: string, tag: string, ext: string, checked: unknown): Promise<Info> {
    if (checked === undefined) return {};
    return { checked: { ...(checked as Info), stamp: await this.#stampOfFiles(id, tag, this.image(id).ext, ext) } };
  }

  async #stampOfFiles(id: string, tag: string, imageExt: string, labelExt: string): Promise<string | undefined> {
    const files = [
      this.#folder.labelFile(this.#catalogue, tag, id + labelExt),
      this.#folder.imageFile(this.#catalogue, id + imageExt),
    ];
    const stamps = await Promise.all(files.map(stampOf));
    return stamps.includes(undefined) ? undefined : stamps.join(' ');
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

function without(info: Info, keys: readonly string[]): Info {
  return Object.fromEntries(Object.entries(info).filter(([key]) => !keys.includes(key)));
}
