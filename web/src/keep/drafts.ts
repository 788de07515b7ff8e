/** Unsaved work in IndexedDB: slice by slice, so that a stroke writes only the slices that it touched. */

import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { gunzip, gzip } from '../labelmap/gzip.js';
import { slicesOf, upgraded, type Draft, type DraftStore, type OldDraft, type Slices } from './draft.js';
import { allLastWords, forgetLastWords, keepLastWords } from './last-words.js';

interface Slice {
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
}

interface Schema extends DBSchema {
  drafts: { key: string; value: Draft };
  slices: { key: [key: string, z: number]; value: Slice };
}

export class Drafts implements DraftStore {
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  /** With all that earlier pages wrote as they went. */
  static async open(): Promise<Drafts> {
    const database = await openDB<Schema>('monailabel', 2, {
      upgrade(database, oldVersion, _, transaction) {
        if (oldVersion > 0) return void keyDrafts(database, transaction);
        database.createObjectStore('drafts', { keyPath: 'key' });
        database.createObjectStore('slices');
      },
      // A newer page in another tab changes the form of what is kept: this one must let go.
      blocking: (_, __, event) => (event.target as IDBDatabase).close(),
    });
    const drafts = new Drafts(database);
    for (const { draft, slices } of allLastWords()) await drafts.saveNow(draft, slices);
    return drafts;
  }

  list(): Promise<Draft[]> {
    return this.#database.getAll('drafts');
  }

  async save(draft: Draft, voxels: Uint8Array, slices: Iterable<number>, wanted: () => boolean): Promise<boolean> {
    const entries = await Promise.all(
      Array.from(slicesOf(voxels, draft.size, slices), async ([z, bytes]): Promise<[number, Slice]> => {
        return [z, { bytes: await gzip(bytes), compressed: true }];
      }),
    );
    if (!wanted()) return false;
    await this.#write(draft, entries, false);
    forgetLastWords(draft.key);
    return true;
  }

  async saveNow(draft: Draft, slices: Slices): Promise<void> {
    keepIfThereIsRoom(draft, slices);
    const entries = Array.from(slices, ([z, bytes]): [number, Slice] => [z, { bytes, compressed: false }]);
    await this.#write(draft, entries, true);
    forgetLastWords(draft.key);
  }

  async #write(draft: Draft, entries: readonly [number, Slice][], atOnce: boolean): Promise<void> {
    const transaction = this.#database.transaction(['drafts', 'slices'], 'readwrite', { durability: 'strict' });
    const writes: Promise<unknown>[] = [transaction.objectStore('drafts').put(draft)];
    for (const [z, slice] of entries) writes.push(transaction.objectStore('slices').put(slice, [draft.key, z]));
    if (atOnce) transaction.commit();
    await Promise.all([...writes, transaction.done]);
  }

  async load({ key, size }: Draft): Promise<Uint8Array> {
    const length = size[0] * size[1];
    const voxels = new Uint8Array(length * size[2]);
    const store = this.#database.transaction('slices').objectStore('slices');
    const range = allSlices(key);
    const [keys, slices] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
    await Promise.all(
      slices.map(async ({ bytes, compressed }, index) => {
        const slice = compressed ? await gunzip(bytes) : bytes;
        voxels.set(slice, keys[index]![1] * length);
      }),
    );
    return voxels;
  }

  async move(from: Draft, to: Draft): Promise<void> {
    const transaction = this.#database.transaction(['drafts', 'slices'], 'readwrite');
    const [drafts, store] = [transaction.objectStore('drafts'), transaction.objectStore('slices')];
    const range = allSlices(from.key);
    const [keys, slices] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
    await Promise.all([
      store.delete(range),
      drafts.delete(from.key),
      ...slices.map((slice, index) => store.put(slice, [to.key, keys[index]![1]])),
      drafts.put(to),
      transaction.done,
    ]);
    forgetLastWords(from.key);
  }

  async remove(key: string): Promise<void> {
    forgetLastWords(key);
    const transaction = this.#database.transaction(['drafts', 'slices'], 'readwrite');
    await Promise.all([
      transaction.objectStore('drafts').delete(key),
      transaction.objectStore('slices').delete(allSlices(key)),
      transaction.done,
    ]);
  }
}

/** Slices stay where they are, for the key of an old draft is its id. */
async function keyDrafts(
  database: IDBPDatabase<Schema>,
  transaction: IDBPTransaction<Schema, ('drafts' | 'slices')[], 'versionchange'>,
): Promise<void> {
  const kept = (await transaction.objectStore('drafts').getAll()) as unknown as OldDraft[];
  database.deleteObjectStore('drafts');
  const drafts = database.createObjectStore('drafts', { keyPath: 'key' });
  for (const draft of kept) await drafts.put(upgraded(draft));
}

function keepIfThereIsRoom(draft: Draft, slices: Slices): void {
  try {
    keepLastWords(draft, slices);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

function allSlices(key: string): IDBKeyRange {
  return IDBKeyRange.bound([key, 0], [key, Number.MAX_SAFE_INTEGER]);
}
