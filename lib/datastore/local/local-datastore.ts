/** A datastore on a folder, in the layout of MONAI Label: images, `labels/<tag>/`, `datastore_v2.json`. */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
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
import { checkExpected, replacedBy, requireImage } from '../expected.js';
import { isTaken, withServed } from '../served.js';
import { CatalogueFile } from './catalogue-file.js';
import {
  bounded,
  catalogueJson,
  fileInfo,
  without,
  withImage,
  withLabel,
  withoutImage,
  withoutLabel,
} from './catalogue.js';
import { asFound } from './changed-label.js';
import { CheckedLabels } from './checked-labels.js';
import { Folders } from './folders.js';
import { Follower } from './follower.js';
import { identityOf } from './identity.js';
import { Lock } from './lock.js';
import { checkFileName, checkId, checkTag, defaultPatterns, extensionsOf } from './names.js';
import { Placer, type Placed } from './placer.js';
import { reconcile } from './reconcile.js';

export interface LocalDatastoreOptions {
  /** Where labels, catalogue and everything else that is written go; beside the images when absent. */
  readonly labels?: string;
  /** Silent when absent. */
  readonly log?: Log;
  /** "*.nii.gz", …; MONAI Label's when absent. */
  readonly patterns?: readonly string[];
  /** Follow changes made by hand; default true. */
  readonly watch?: boolean;
  /** Called when people have changed the studies by hand. */
  readonly changed?: () => void;
}

export class LocalDatastore implements Datastore {
  readonly #folders: Folders;
  readonly #lock: Lock;
  readonly #log: Log;
  readonly #extensions: readonly string[];
  readonly #file: CatalogueFile;
  readonly #placer: Placer;
  readonly #checked: CheckedLabels;
  /** One write at a time: the catalogue is one file. */
  readonly #writes = new PQueue({ concurrency: 1 });
  #id = '';
  /** One draw at a time, so that two people do not get the same image. */
  readonly #draws = new PQueue({ concurrency: 1 });
  /** Real paths of images that are links. */
  #links: ReadonlyMap<string, string> = new Map();
  /** What was said when the folder was last looked at, so that it is said once. */
  #warnings: ReadonlySet<string> = new Set();
  #follower: Follower | undefined;

  /**
   * `path` is created when it is not there. Throws CONFLICT when another process has the folder, INVALID_INPUT when it
   * cannot be written.
   */
  static async open(path: string, options: LocalDatastoreOptions = {}): Promise<LocalDatastore> {
    const folders = await Folders.open(path, options.labels);
    await folders.make(folders.ours);
    const lock = await Lock.take(join(folders.ours, 'lock'));
    const store = new LocalDatastore(folders, lock, options);
    try {
      store.#id = await identityOf(folders.ours);
      await store.#start(options);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  private constructor(folders: Folders, lock: Lock, options: LocalDatastoreOptions) {
    this.#folders = folders;
    this.#lock = lock;
    this.#log = options.log ?? silentLog;
    this.#extensions = extensionsOf(options.patterns ?? defaultPatterns);
    this.#file = new CatalogueFile(folders, this.#log);
    this.#placer = new Placer(folders, this.#file);
    this.#checked = new CheckedLabels(this.#file, this.#placer);
  }

  get id(): string {
    return this.#id;
  }

  get name(): string {
    return this.#file.catalogue.name;
  }

  get description(): string {
    return this.#file.catalogue.description;
  }

  get labelsFolder(): string {
    return this.#folders.home;
  }

  get incoming(): string {
    return this.#folders.incoming;
  }

  get pictures(): string {
    return join(this.#folders.ours, 'pictures');
  }

  status(): DatastoreStatus {
    const tags = new Map<string, number>();
    for (const { labels } of this.#file.present.values()) {
      for (const tag of labels.keys()) tags.set(tag, (tags.get(tag) ?? 0) + 1);
    }
    const total = this.#file.present.size;
    return { total, completed: tags.get(finalTag) ?? 0, label_tags: Object.fromEntries(tags) };
  }

  images(): readonly string[] {
    return [...this.#file.present.keys()];
  }

  unlabelled(tag: string = finalTag): readonly string[] {
    checkTag(tag);
    return this.images().filter((id) => !this.hasLabel(id, tag));
  }

  labelledCases(tag: string = finalTag): readonly LabelledCase[] {
    checkTag(tag);
    const labelled = this.images().filter((id) => this.hasLabel(id, tag));
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
    const entry = this.#file.present.get(id);
    if (entry === undefined) throw new LabelError('NOT_FOUND', `There is no image ${JSON.stringify(id)}`);
    return entry;
  }

  has(id: string): boolean {
    return this.#file.present.has(id);
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
    return this.#file.present.get(id)?.labels.has(tag) === true;
  }

  idOfPath(path: string): string | undefined {
    const name = this.#folders.imageName(this.#file.catalogue, path);
    const id = (name === undefined ? undefined : this.#file.idOfName(name)) ?? this.#links.get(path);
    return id !== undefined && this.has(id) ? id : undefined;
  }

  imagePath(id: string): string {
    return this.#folders.confine(this.#placer.imageFile(id, this.image(id).ext));
  }

  labelPath(id: string, tag: string): string {
    return this.#folders.confine(this.#placer.labelFile(id, tag, this.label(id, tag).ext));
  }

  addImage(id: string, file: AddedFile, info: Info, expected: Expected = {}): Promise<string> {
    return this.#write(async () => {
      this.#refuseIfOnlyRead();
      checkId(id);
      checkFileName(id, file.ext);
      await this.#noticeFile({ id, ext: file.ext });
      const known = this.#file.catalogue.images.get(id);
      checkExpected(`The image ${id}`, known, expected);
      const ext = known === undefined ? file.ext : asSpelt(file.ext, known.ext);
      if (this.#placer.imageFile(id, ext) === this.#folders.catalogue) {
        throw new LabelError('INVALID_INPUT', `An image cannot be called ${id + ext}: that is the catalogue`);
      }
      const entry = { ext, info: fileInfo(bounded({ ...known?.info, ...info }), id + ext) };
      await this.#placer.replace({ id, path: file.path, known }, () => Promise.resolve(entry));
      return id;
    });
  }

  removeImage(id: string): Promise<void> {
    return this.#write(async () => {
      this.#refuseIfOnlyRead();
      checkId(id);
      const { catalogue } = this.#file;
      const { ext, labels } = catalogue.images.get(id) ?? this.image(id);
      for (const [tag, label] of labels) await this.#placer.remove({ id, tag, ext: label.ext });
      await this.#placer.remove({ id, ext });
      await this.#file.save(withoutImage(catalogue, id));
    });
  }

  saveLabel(id: string, tag: string, file: AddedFile, info: Info, expected: Expected = {}): Promise<SavedLabel> {
    return this.#write(async () => {
      checkTag(tag);
      checkFileName(id, file.ext);
      this.image(id);
      if (expected.image !== undefined) await requireImage(id, this.imagePath(id), expected.image);
      await this.#noticeFile({ id, tag, ext: file.ext });
      await this.#noticeChange(id, tag);
      const shown = this.image(id).labels.get(tag);
      checkExpected(`The label of ${id} tagged ${tag}`, shown, expected);
      const known = this.#file.catalogue.images.get(id)?.labels.get(tag);
      const ext = known === undefined ? file.ext : asSpelt(file.ext, known.ext);
      const version = randomUUID();
      await this.#placer.replace({ id, tag, path: file.path, known }, async (stamp) => {
        const found = info['checked'] as Info | undefined;
        const checked = found && { checked: await this.#checked.withStamp(id, stamp, found) };
        return { ext, info: { ...fileInfo({ ...bounded(info), ...checked }, id + ext), version } };
      });
      return { id, version, ...(shown && { replaced: replacedBy(shown) }) };
    });
  }

  removeLabel(id: string, tag: string): Promise<void> {
    return this.#write(async () => {
      checkTag(tag);
      const { catalogue } = this.#file;
      const { ext } = catalogue.images.get(id)?.labels.get(tag) ?? this.label(id, tag);
      await this.#placer.remove({ id, tag, ext });
      await this.#file.save(withoutLabel(catalogue, id, tag));
    });
  }

  updateImageInfo(id: string, info: Info): Promise<void> {
    return this.#changeImageInfo(id, (known) => bounded({ ...known, ...info }));
  }

  updateLabelInfo(id: string, tag: string, info: Info): Promise<void> {
    return this.#write(async () => {
      const { info: known, ...entry } = this.label(id, tag);
      const isAboutMeaning = 'label_values' in info || 'label_info' in info;
      const kept = isAboutMeaning ? without(known, ['checked']) : known;
      // Other names make another label of it, which nobody must replace unseen.
      const version = isAboutMeaning ? { version: randomUUID() } : {};
      const added = { ...without(info, ['version', 'checked']), ...version };
      await this.#file.save(
        withLabel(this.#file.catalogue, id, tag, { ...entry, info: bounded({ ...kept, ...added }) }),
      );
    });
  }

  uncheckedLabels(tags: readonly string[]): Promise<readonly UncheckedLabel[]> {
    return this.#checked.unchecked(tags);
  }

  setChecked(labels: readonly CheckedLabel[]): Promise<void> {
    return this.#write(async () => {
      const catalogue = await this.#checked.withChecked(labels);
      if (catalogue !== this.#file.catalogue) await this.#file.save(catalogue);
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
      const taken = unlabelled.filter((id) => isTaken(this.image(id).info, clientId, now));
      const free = unlabelled.filter((id) => !isTaken(this.image(id).info, clientId, now));
      const chosen = free.length > 0 ? await choose(free) : undefined;
      const choice = chosen ?? (taken.length > 0 ? await choose(taken) : undefined);
      if (choice !== undefined) {
        await this.#changeImageInfo(choice.id, (info) => withServed(info, strategy, clientId, now));
      }
      return choice;
    });
  }

  catalogue(): Readonly<Record<string, unknown>> {
    return catalogueJson(this.#file.catalogue, this.#file.present);
  }

  /** Looks at the folder again: a catalogue edited by hand, files that came and went. */
  refresh(): Promise<void> {
    return this.#write(() => this.#reconcile());
  }

  async close(): Promise<void> {
    await this.#follower?.close();
    await this.#draws.onIdle();
    await this.#writes.onIdle();
    await this.#lock.release();
  }

  async #reconcile(): Promise<void> {
    for (const tag of [finalTag, 'original']) await this.#folders.make(this.#placer.tagFolder(tag));
    const { catalogue, changed, warnings, links, superseded } = await reconcile(
      this.#file.catalogue,
      this.#folders,
      this.#extensions,
    );
    for (const warning of warnings) if (!this.#warnings.has(warning)) this.#log.warn(`Datastore: ${warning}`);
    this.#warnings = new Set(warnings);
    this.#links = links;
    for (const { id, tag, label } of superseded) await this.#placer.keepInfo(id, tag, label);
    if (changed || !this.#file.exists) await this.#file.save(catalogue);
  }

  async #start({ watch = true, changed }: LocalDatastoreOptions): Promise<void> {
    const unused = this.#folders.unusedLabels();
    if (unused !== undefined) {
      const advice = `copy labels/ and datastore_v2.json to ${this.#folders.home} to go on with them`;
      this.#log.warn(`Datastore: ${unused} has labels of its own, which are not used: ${advice}`);
    }
    await this.#write(() => this.#placer.recover());
    await this.refresh();
    await this.#placer.removeAbandoned(Object.keys(this.status().label_tags));
    if (!watch) return;
    this.#follower = new Follower(this.#folders, this.#file, this.#log, async () => {
      await this.refresh();
      changed?.();
    });
  }

  #refuseIfOnlyRead(): void {
    if (!this.#folders.areImagesOnlyRead) return;
    const message = `The images in ${this.#folders.studies} are only read, since labels are kept in another folder`;
    throw new LabelError('UNSUPPORTED', `${message}: add or delete image files there`, { status: 403 });
  }

  async #write<T>(task: () => Promise<T>): Promise<T> {
    return this.#writes.add(async () => {
      await this.#lock.check();
      await this.#file.read();
      return await task();
    });
  }

  #changeImageInfo(id: string, change: (info: Info) => Info): Promise<void> {
    return this.#write(async () => {
      this.image(id);
      const entry = this.#file.catalogue.images.get(id)!;
      await this.#file.save(withImage(this.#file.catalogue, id, { ...entry, info: change(entry.info) }));
    });
  }

  /** A file that was laid in by hand a moment ago is replaced knowingly; one that cannot be listed is not replaced. */
  async #noticeFile({ id, tag, ext }: Placed): Promise<void> {
    const isListed = (): boolean => {
      const image = this.#file.present.get(id);
      const known = tag === undefined ? image : image?.labels.get(tag);
      return known?.ext.toLowerCase() === ext.toLowerCase();
    };
    const path = this.#placer.file({ id, tag, ext });
    if (isListed() || path === this.#folders.catalogue || !existsSync(path)) return;
    await this.#reconcile();
    if (!isListed()) throw new LabelError('CONFLICT', `${basename(path)} is there and not listed: move it away first`);
  }

  /** A label that somebody has changed by hand a moment ago has another version. */
  async #noticeChange(id: string, tag: string): Promise<void> {
    const entry = this.#file.present.get(id)?.labels.get(tag);
    if (entry === undefined) return;
    const now = await asFound(entry, this.#placer.labelFile(id, tag, entry.ext));
    if (now.file !== entry.file) await this.#file.save(withLabel(this.#file.catalogue, id, tag, now));
  }
}

/** A file system may take names that differ in case only for one: such a file replaces the other, under its name. */
function asSpelt(ext: string, known: string): string {
  return ext.toLowerCase() === known.toLowerCase() ? known : ext;
}
