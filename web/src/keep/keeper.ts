import type { Box, Vec3 } from '../labelmap/grid.js';
import { contentsOf, type Drafts } from './drafts.js';
import { forgetLastWords, keepLastWords, type LastWords } from './last-words.js';

/** Strokes in quick succession are written together; none waits longer. Milliseconds. */
const delay = 300;

export interface KeptCase {
  readonly id: string;
  readonly size: Vec3;
  readonly voxels: Uint8Array;
  readonly names: () => readonly string[];
  /** Called with the revision that has reached the disk. */
  readonly onKept: (revision: number, savedAt: Date) => void;
  readonly onFailed: (error: unknown) => void;
}

/** Writes what changes in one open case. */
export class Keeper {
  readonly #drafts: Drafts;
  readonly #case: KeptCase;
  readonly #dirty = new Set<number>();
  #revision = 0;
  #timer: number | undefined;
  #writing: Promise<void> | undefined;
  /** Slices that are being compressed, in order to be written. */
  #compressed: ReadonlySet<number> = new Set();
  #begun: boolean;

  /** `begun`: a draft of this case is there already, so only changes need to be written. */
  constructor(drafts: Drafts, kept: KeptCase, begun: boolean) {
    [this.#drafts, this.#case, this.#begun] = [drafts, kept, begun];
  }

  get id(): string {
    return this.#case.id;
  }

  /** The drawing has changed inside the box. */
  touch({ min, max }: Box, revision: number): void {
    if (!this.#begun) this.#markFilledSlices();
    this.#begun = true;
    for (let z = min[2]; z < max[2]; z++) this.#dirty.add(z);
    this.#revision = revision;
    this.#timer ??= window.setTimeout(() => void this.flush(), delay);
  }

  /** Resolves when all that is known here has reached the disk, or could not. */
  async flush(): Promise<void> {
    this.#stopTimer();
    await this.#writing;
    if (this.#dirty.size === 0) return;
    this.#writing = this.#write(false);
    await this.#writing;
  }

  /** The page may be gone after this call, and with it what is just being compressed: that is written anew. */
  leave(): void {
    this.#stopTimer();
    for (const z of this.#compressed) this.#dirty.add(z);
    this.#compressed = new Set();
    if (this.#dirty.size > 0) void this.#write(true);
  }

  /** Forgets the draft, and what was waiting to be written. */
  async discard(): Promise<void> {
    this.#stopTimer();
    this.#dirty.clear();
    await this.#writing;
    this.#begun = false;
    forgetLastWords(this.#case.id);
    await this.#drafts.remove(this.#case.id);
  }

  async #write(leaving: boolean): Promise<void> {
    const { id, size, voxels, names, onKept, onFailed } = this.#case;
    const slices = new Set(this.#dirty);
    const revision = this.#revision;
    const savedAt = new Date();
    this.#dirty.clear();
    const draft = { id, size, names: [...names()], savedAt };
    try {
      if (leaving) {
        const lastWords = { draft, slices: new Map(contentsOf(draft, voxels, slices)) };
        keepIfThereIsRoom(lastWords);
        await this.#drafts.saveNow(lastWords);
      } else {
        this.#compressed = slices;
        // Older than what was written when the page was about to go, it must not come after that.
        const isSaved = await this.#drafts.save(draft, voxels, slices, () => this.#compressed === slices);
        if (!isSaved) return;
      }
      forgetLastWords(id);
      onKept(revision, savedAt);
    } catch (error) {
      for (const z of slices) this.#dirty.add(z);
      onFailed(error);
    } finally {
      if (this.#compressed === slices) this.#compressed = new Set();
    }
  }

  #stopTimer(): void {
    window.clearTimeout(this.#timer);
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

function keepIfThereIsRoom(lastWords: LastWords): void {
  try {
    keepLastWords(lastWords);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
