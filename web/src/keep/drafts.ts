/** Unsaved work in IndexedDB: slice by slice, so that a stroke writes only the slices that it touched. */

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Vec3 } from '../labelmap/grid.js';
import { gunzip, gzip } from '../labelmap/gzip.js';
import type { LastWords } from './last-words.js';

export interface Draft {
  /** Of the case. */
  readonly id: string;
  /** Of the drawing, RAS order. */
  readonly size: Vec3;
  /** What the values in the drawing mean, by value from 1. */
  readonly names: readonly string[];
  readonly savedAt: Date;
}

interface Slice {
  readonly bytes: Uint8Array;
  readonly compressed: boolean;
}

interface Schema extends DBSchema {
  drafts: { key: string; value: Draft };
  slices: { key: [id: string, z: number]; value: Slice };
}

export class Drafts {
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  static async open(): Promise<Drafts> {
    const database = await openDB<Schema>('monailabel', 1, {
      upgrade(fresh) {
        fresh.createObjectStore('drafts', { keyPath: 'id' });
        fresh.createObjectStore('slices');
      },
    });
    return new Drafts(database);
  }

  list(): Promise<Draft[]> {
    return this.#database.getAll('drafts');
  }

  get(id: string): Promise<Draft | undefined> {
    return this.#database.get('drafts', id);
  }

  /**
   * Adds these slices of the drawing to what is kept, all or none. They are compressed first; resolves with false where
   * they were no longer `wanted` after that.
   */
  async save(draft: Draft, voxels: Uint8Array, slices: Iterable<number>, wanted: () => boolean): Promise<boolean> {
    const entries = await Promise.all(
      contentsOf(draft, voxels, slices).map(async ([z, bytes]): Promise<[number, Slice]> => {
        return [z, { bytes: await gzip(bytes), compressed: true }];
      }),
    );
    if (!wanted()) return false;
    await this.#write(draft, entries, false);
    return true;
  }

  /** As `save`, for a page that is about to go: the write begins at once and uncompressed. */
  saveNow({ draft, slices }: LastWords): Promise<void> {
    const entries = Array.from(slices, ([z, bytes]): [number, Slice] => [z, { bytes, compressed: false }]);
    return this.#write(draft, entries, true);
  }

  async #write(draft: Draft, entries: readonly [number, Slice][], atOnce: boolean): Promise<void> {
    const transaction = this.#database.transaction(['drafts', 'slices'], 'readwrite', { durability: 'strict' });
    const writes: Promise<unknown>[] = [transaction.objectStore('drafts').put(draft)];
    for (const [z, slice] of entries) writes.push(transaction.objectStore('slices').put(slice, [draft.id, z]));
    if (atOnce) transaction.commit();
    await Promise.all([...writes, transaction.done]);
  }

  /** The voxels of a draft, RAS order. */
  async load({ id, size }: Draft): Promise<Uint8Array> {
    const length = size[0] * size[1];
    const voxels = new Uint8Array(length * size[2]);
    const store = this.#database.transaction('slices').objectStore('slices');
    const range = slicesOf(id);
    const [keys, slices] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
    await Promise.all(
      slices.map(async ({ bytes, compressed }, index) => {
        const slice = compressed ? await gunzip(bytes) : bytes;
        voxels.set(slice, keys[index]![1] * length);
      }),
    );
    return voxels;
  }

  async remove(id: string): Promise<void> {
    const transaction = this.#database.transaction(['drafts', 'slices'], 'readwrite');
    await Promise.all([
      transaction.objectStore('drafts').delete(id),
      transaction.objectStore('slices').delete(slicesOf(id)),
      transaction.done,
    ]);
  }
}

export function contentsOf(
  { size }: Draft,
  voxels: Uint8Array,
  slices: Iterable<number>,
): [number, Uint8Array<ArrayBuffer>][] {
  const length = size[0] * size[1];
  return Array.from(slices, (z) => [z, new Uint8Array(voxels.subarray(z * length, (z + 1) * length))]);
}

function slicesOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, Number.MAX_SAFE_INTEGER]);
}
