/** A small case, a server that answers when it is told to, and a store of drafts in memory. */

import type { LabelVersion, Over, Params, SavedLabel } from '../../../web/src/api/types.js';
import type { Draft, DraftStore, Slices } from '../../../web/src/keep/draft.js';
import type { Vec3 } from '../../../web/src/labelmap/grid.js';
import { readLabelFile } from '../../../web/src/labelmap/label-file.js';
import { CaseSession, type Beginning, type OpenCase } from '../../../web/src/state/case-session.js';
import { labelsOf } from '../../../web/src/state/labels.js';
import type { LabelServer } from '../../../web/src/state/sending.js';
import { gunzip } from '../../../web/src/labelmap/gzip.js';

export const size: Vec3 = [4, 3, 2];
const affine = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
];

export const models = [
  ['spleen', 1],
  ['liver', 2],
] as const;

export function imageOf(id: string, fingerprint = `voxels of ${id}`): OpenCase {
  return {
    datastore: 'folder',
    id,
    fingerprint,
    geometry: { grid: { size, spacing: [1, 1, 1] }, sizeFile: size, permRAS: [1, 2, 3], affine },
    time: undefined,
    etag: 'as it was',
    isCt: true,
    percentileWindow: [0, 1],
    source: { size, affine },
  };
}

export interface Opened {
  readonly session: CaseSession;
  /** Cases that were kept, thrown away and ended, in order: "kept a". */
  readonly events: string[];
}

export function openCase(id: string, drafts?: DraftStore, beginning: Partial<Beginning> = {}): Opened {
  const events: string[] = [];
  const begun = {
    voxels: new Uint8Array(size[0] * size[1] * size[2]),
    labels: labelsOf(models, [], {}),
    byHand: [],
    base: null,
    isDraft: false,
    ...beginning,
  };
  const session = new CaseSession(
    imageOf(id),
    begun,
    drafts,
    {
      onKept: () => events.push('kept'),
      onDiscarded: () => events.push('discarded'),
      onFailed: (error) => events.push(String(error)),
    },
    () => {},
    () => events.push('ended'),
  );
  return { session, events };
}

/** Paints single voxels of the first slice. */
export function paint(session: CaseSession, slot: number, ...at: readonly (readonly [x: number, y: number])[]): void {
  for (const [x, y] of at) {
    session.drawing.beginStroke([x, y, 0], { slot, radius: 0.1, plane: 2, rule: { over: 'anything' }, about: slot });
    session.drawing.endStroke();
  }
}

export interface Sent {
  readonly id: string;
  readonly params: Params;
  readonly base: string | null;
  readonly image: string | undefined;
  readonly voxels: readonly number[];
  readonly store: () => SavedLabel;
  readonly fail: (error: Error) => void;
}

/** Keeps one label a case, as the real one does: with a version that a client must know. */
export class StoringServer implements LabelServer {
  readonly stored = new Map<string, { version: string; voxels: readonly number[]; params: Params }>();
  readonly #waiting: Sent[] = [];
  #arrived: (() => void)[] = [];
  #count = 0;

  async saveLabel(id: string, file: Blob, params: Params, { base, image }: Over): Promise<SavedLabel> {
    const bytes = await gunzip(new Uint8Array(await file.arrayBuffer()));
    const voxels = [...readLabelFile(bytes).voxels];
    return new Promise((resolve, reject) => {
      const store = (): SavedLabel => {
        const version = `version ${++this.#count}`;
        this.stored.set(id, { version, voxels, params });
        const saved = { version, label_values: {}, needs_names: [], notes: [] };
        resolve(saved);
        return saved;
      };
      this.#waiting.push({ id, params, base, image, voxels, store, fail: reject });
      for (const tell of this.#arrived.splice(0)) tell();
    });
  }

  labelVersion(id: string): Promise<LabelVersion | undefined> {
    const found = this.stored.get(id);
    return Promise.resolve(
      found && { version: found.version, who: 'Dr C', when: undefined, sending: found.params['sending'] as string },
    );
  }

  /** Resolves with what it was sent for a case, before it has answered. */
  async arrived(id: string): Promise<Sent> {
    for (;;) {
      const index = this.#waiting.findIndex((each) => each.id === id);
      if (index >= 0) return this.#waiting.splice(index, 1)[0]!;
      await new Promise<void>((resolve) => this.#arrived.push(resolve));
    }
  }
}

export class MemoryDrafts implements DraftStore {
  readonly drafts = new Map<string, Draft>();
  readonly slices = new Map<string, Map<number, Uint8Array>>();

  list(): Promise<Draft[]> {
    return Promise.resolve([...this.drafts.values()]);
  }

  async save(draft: Draft, voxels: Uint8Array, slices: Iterable<number>, wanted: () => boolean): Promise<boolean> {
    const length = draft.size[0] * draft.size[1];
    const copies = Array.from(slices, (z) => [z, voxels.slice(z * length, (z + 1) * length)] as const);
    await Promise.resolve();
    if (!wanted()) return false;
    await this.saveNow(draft, new Map(copies));
    return true;
  }

  saveNow(draft: Draft, slices: Slices): Promise<void> {
    this.drafts.set(draft.key, draft);
    const kept = this.slices.get(draft.key) ?? new Map<number, Uint8Array>();
    for (const [z, bytes] of slices) kept.set(z, bytes);
    this.slices.set(draft.key, kept);
    return Promise.resolve();
  }

  load({ key, size: [x, y, z] }: Draft): Promise<Uint8Array> {
    const voxels = new Uint8Array(x * y * z);
    for (const [at, bytes] of this.slices.get(key) ?? []) voxels.set(bytes, at * x * y);
    return Promise.resolve(voxels);
  }

  async move(from: Draft, to: Draft): Promise<void> {
    const slices = this.slices.get(from.key);
    await this.remove(from.key);
    this.drafts.set(to.key, to);
    if (slices !== undefined) this.slices.set(to.key, slices);
  }

  remove(key: string): Promise<void> {
    this.drafts.delete(key);
    this.slices.delete(key);
    return Promise.resolve();
  }
}
