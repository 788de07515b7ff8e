/** Unsaved work as this browser keeps it. */

import type { Vec3 } from '../labelmap/grid.js';

/** Which image a drawing was made on. */
export interface ImageIdentity {
  /** The server's own name for the folder that the image lies in. */
  readonly datastore: string;
  /** Of the case. */
  readonly id: string;
  /** Of what the image's file holds. */
  readonly fingerprint: string;
}

export interface Draft extends Partial<ImageIdentity> {
  readonly key: string;
  readonly id: string;
  /** Of the drawing, RAS order. */
  readonly size: Vec3;
  /** By slot, from 1. */
  readonly labels: readonly { readonly name: string; readonly isNamed: boolean; readonly value: number }[];
  /** The version of the stored label that it began on, null for none; absent where an earlier page kept the draft. */
  readonly base?: string | null;
  /** What a submit would do to the label of this version that the drawing does not show. */
  readonly problem?: string;
  /** What was sent of it without an answer: the names of the sendings, and whether that was all that is kept here. */
  readonly sent?: readonly { readonly name: string; readonly isAll: boolean }[];
  /** A person has submitted it, and the server has not said that it is stored. */
  readonly isSubmitted: boolean;
  readonly savedAt: Date;
}

/** What a draft was before it had a key; `names` by slot. */
export interface OldDraft {
  readonly id: string;
  readonly size: Vec3;
  readonly names: readonly string[];
  readonly savedAt: Date;
}

/** Slices of a drawing by z. */
export type Slices = ReadonlyMap<number, Uint8Array<ArrayBuffer>>;

export interface DraftStore {
  list(): Promise<Draft[]>;
  /**
   * Adds these slices of the drawing to what is kept, all or none. They are compressed first; resolves with false where
   * they were no longer `wanted` after that.
   */
  save(draft: Draft, voxels: Uint8Array, slices: Iterable<number>, wanted: () => boolean): Promise<boolean>;
  /** As `save`, for a page that is about to go: the write begins at once and uncompressed. */
  saveNow(draft: Draft, slices: Slices): Promise<void>;
  /** The voxels of a draft, RAS order. */
  load(draft: Draft): Promise<Uint8Array>;
  /** Keeps a draft under another key. */
  move(from: Draft, to: Draft): Promise<void>;
  remove(key: string): Promise<void>;
}

export function keyOf({ datastore, id, fingerprint }: ImageIdentity): string {
  return JSON.stringify([datastore, id, fingerprint]);
}

/** A key beside the one of the image, for what a person has set aside. */
export function keyAside(identity: ImageIdentity, savedAt: Date): string {
  return JSON.stringify([identity.datastore, identity.id, identity.fingerprint, savedAt.getTime()]);
}

/** Its key is the id of its case alone: which server and image it belongs to was not kept. */
export function upgraded({ id, size, names, savedAt }: OldDraft): Draft {
  const labels = names.map((name, index) => ({ name, isNamed: true, value: index + 1 }));
  return { key: id, id, size, labels, isSubmitted: false, savedAt };
}

export function slicesOf(voxels: Uint8Array, size: Vec3, slices: Iterable<number>): Slices {
  const length = size[0] * size[1];
  return new Map(Array.from(slices, (z) => [z, new Uint8Array(voxels.subarray(z * length, (z + 1) * length))]));
}
