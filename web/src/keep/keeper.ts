import type { Box, Vec3 } from '../labelmap/grid.js';
import { slicesOf, type Draft, type DraftStore } from './draft.js';

/** Strokes in quick succession are written together; none waits longer. Milliseconds. */
const delay = 300;

export interface KeptCase {
  readonly key: string;
  readonly size: Vec3;
  readonly voxels: Uint8Array;
  /** What is kept beside the voxels, as it is now. */
  readonly describe: () => Draft;
  /** Called with the revision that has reached the disk. */
  readonly onKept: (revision: number, savedAt: Date) => void;
  readonly onFailed: (error: unknown) => void;
}

/** Writes what changes in one open case. */
export class Keeper {
  readonly #drafts: DraftStore;
  readonly #case: KeptCase;
  readonly #dirty = new Set<number>();
  #hasNews = false;
  #revision = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;
  /** Slices that are being compressed, in order to be written with what is kept beside them. */
  #compressed: ReadonlySet<number> | undefined;
  #begun: boolean;

  /** `begun`: a draft of this case is there already, so only changes need to be written. */
  constructor(drafts: DraftStore, kept: KeptCase, begun: boolean) {
    [this.#drafts, this.#case, this.#begun] = [drafts, kept, begun];
  }

  /** The drawing has changed inside the box. */
  touch({ min, max }: Box, revision: number): void {
    for (let z = min[2]; z < max[2]; z++) this.#dirty.add(z);
    this.touchWords(revision);
  }

  /** What is kept beside the voxels has changed. */
  touchWords(revision: number): void {
    if (!this.#begun) this.#markFilledSlices();
    this.#begun = this.#hasNews = true;
    this.#revision = revision;
    this.#timer ??= setTimeout(() => void this.flush(), delay);
  }

  /** Resolves when all that is known here has reached the disk, or could not. */
  async flush(): Promise<void> {
    this.#stopTimer();
    await this.#writing;
    // Another flush may have waited as well, and begun the next write.
    if (!this.#hasNews) return this.#writing;
    this.#writing = this.#write(false);
    await this.#writing;
  }

  /** The page may be gone after this call, and with it what is just being compressed: that is written anew. */
  leave(): void {
    this.#stopTimer();
    for (const z of this.#compressed ?? []) this.#dirty.add(z);
    this.#hasNews ||= this.#compressed !== undefined;
    this.#compressed = undefined;
    if (this.#hasNews) void this.#write(true);
  }

  /** Forgets the draft, and what was waiting to be written. */
  async discard(): Promise<void> {
    this.#stopTimer();
    this.#dirty.clear();
    this.#hasNews = this.#begun = false;
    await this.#writing;
    await this.#drafts.remove(this.#case.key);
  }

  async #write(leaving: boolean): Promise<void> {
    const { size, voxels, describe, onKept, onFailed } = this.#case;
    const slices = new Set(this.#dirty);
    const revision = this.#revision;
    const draft = describe();
    this.#dirty.clear();
    this.#hasNews = false;
    try {
      if (leaving) {
        await this.#drafts.saveNow(draft, slicesOf(voxels, size, slices));
      } else {
        this.#compressed = slices;
        // Older than what was written when the page was about to go, it must not come after that.
        const isSaved = await this.#drafts.save(draft, voxels, slices, () => this.#compressed === slices);
        if (!isSaved) return;
      }
      onKept(revision, draft.savedAt);
    } catch (error) {
      for (const z of slices) this.#dirty.add(z);
      this.#hasNews = true;
      onFailed(error);
    } finally {
      if (this.#compressed === slices) this.#compressed = undefined;
    }
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The first write of a case carries all that lies in the drawing, also what came from the server. */
  #markFilledSlices(): void {
    const { size, voxels } = this.#case;
    const length = size[0] * size[1];
    for (let z = 0; z < size[2]; z++) {
      if (voxels.subarray(z * length, (z + 1) * length).some((value) => value !== 0)) this.#dirty.add(z);
    }
  }
}
