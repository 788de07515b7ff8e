import type { Change } from './edit.js';
import type { Box } from './grid.js';
import { flipRuns } from './runs.js';

/** Takes changes of a drawing back, latest first, and does them again. */
export class History {
  /** Oldest first; those before `#next` are done, the others taken back. */
  readonly #changes: Change[] = [];
  #next = 0;
  #bytes = 0;

  /** Beyond `maxBytes` the oldest changes are forgotten. */
  constructor(
    private readonly voxels: Uint8Array,
    private readonly maxBytes: number,
  ) {}

  /** Adds a change that has just been made. What was taken back before it can no longer be done again. */
  push(change: Change): void {
    this.#forget(this.#changes.splice(this.#next));
    this.#changes.push(change);
    this.#bytes += change.runs.length;
    let surplus = 0;
    for (let bytes = this.#bytes; bytes > this.maxBytes; surplus++) bytes -= this.#changes[surplus]!.runs.length;
    this.#forget(this.#changes.splice(0, surplus));
    this.#next = this.#changes.length;
  }

  /** The box of voxels that the step changed; undefined where there was nothing to take back. */
  undo(): Box | undefined {
    return this.canUndo ? this.#flip(this.#changes[--this.#next]!) : undefined;
  }

  /** The box of voxels that the step changed; undefined where nothing had been taken back. */
  redo(): Box | undefined {
    return this.canRedo ? this.#flip(this.#changes[this.#next++]!) : undefined;
  }

  get canUndo(): boolean {
    return this.#next > 0;
  }

  get canRedo(): boolean {
    return this.#next < this.#changes.length;
  }

  clear(): void {
    this.#changes.length = this.#next = this.#bytes = 0;
  }

  #flip({ box, runs }: Change): Box {
    flipRuns(this.voxels, runs);
    return box;
  }

  #forget(changes: readonly Change[]): void {
    for (const { runs } of changes) this.#bytes -= runs.length;
  }
}
