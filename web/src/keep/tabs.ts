/** Other tabs of this browser: one of them at a time works on a case. */

/** What tabs tell each other; `key` is of a case. */
type Message = { readonly kind: 'who' | 'here' | 'want' | 'given'; readonly key: string } | { readonly kind: 'stored' };

/** Milliseconds in which a tab that has the case answers; one that was just closed lets go in this time too. */
const answerTime = 1000;
/** Milliseconds in which a tab that is asked to hands a case over; one that does not is stuck. */
const handOverTime = 5000;

export interface Hold {
  release(): void;
}

interface Held extends Hold {
  readonly onWanted: () => Promise<void>;
}

export class Tabs {
  readonly #channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('monailabel') : undefined;
  // Missing where the page came over plain http.
  readonly #locks: LockManager | undefined = 'locks' in navigator ? navigator.locks : undefined;
  readonly #held = new Map<string, Held>();

  /** `onStored`: another tab has submitted a label. */
  constructor(onStored: () => void) {
    this.#channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      if (data.kind === 'stored') return onStored();
      const held = this.#held.get(data.key);
      if (held === undefined) return;
      if (data.kind === 'who') this.#tell({ kind: 'here', key: data.key });
      if (data.kind === 'want') void this.#give(data.key, held);
    });
  }

  /**
   * Takes a case; undefined where another tab has it, unless `takeOver`: then that tab is asked to finish with it first.
   * `onWanted` is called when another tab takes it over from here, and resolves when all is written.
   */
  async hold(key: string, takeOver: boolean, onWanted: () => Promise<void>): Promise<Hold | undefined> {
    const given = takeOver ? this.#next('given', key, handOverTime) : undefined;
    if (takeOver) this.#tell({ kind: 'want', key });
    const lock =
      this.#locks === undefined ? await this.#claim(key, given) : await this.#lock(this.#locks, key, takeOver);
    if (lock === undefined) return undefined;
    const held: Held = {
      onWanted,
      release: () => {
        if (this.#held.get(key) === held) this.#held.delete(key);
        lock();
      },
    };
    this.#held.set(key, held);
    return held;
  }

  tellStored(): void {
    this.#tell({ kind: 'stored' });
  }

  async #give(key: string, held: Held): Promise<void> {
    await held.onWanted();
    held.release();
    this.#tell({ kind: 'given', key });
  }

  /** Resolves with what lets go of the lock. */
  #lock(locks: LockManager, key: string, takeOver: boolean): Promise<(() => void) | undefined> {
    return new Promise((resolve) => {
      let isMine = false;
      const keep = (): Promise<void> => {
        isMine = true;
        return new Promise((release) => resolve(release));
      };
      const signal = AbortSignal.timeout(takeOver ? handOverTime : answerTime);
      locks.request(key, { signal }, keep).catch(() => {
        if (isMine) return;
        if (!takeOver) return void this.#lockUnlessHeld(locks, key).then(resolve, () => resolve(undefined));
        // It never lets go: the tab hangs.
        locks.request(key, { steal: true }, keep).catch(() => {});
      });
    });
  }

  /** A busy browser may take longer to give a lock than another tab to let go of it: who has it decides. */
  async #lockUnlessHeld(locks: LockManager, key: string): Promise<(() => void) | undefined> {
    const { held = [] } = await locks.query();
    return held.some(({ name }) => name === key) ? undefined : this.#lock(locks, key, false);
  }

  async #claim(key: string, given: Promise<boolean> | undefined): Promise<(() => void) | undefined> {
    if (given !== undefined) await given;
    else {
      const here = this.#next('here', key, answerTime);
      this.#tell({ kind: 'who', key });
      if (await here) return undefined;
    }
    return () => {};
  }

  /** Resolves with whether such a message came in this time. */
  #next(kind: 'here' | 'given', key: string, time: number): Promise<boolean> {
    return new Promise((resolve) => {
      const listen = ({ data }: MessageEvent<Message>): void => {
        if (data.kind === kind && data.key === key) end(true);
      };
      const end = (came: boolean): void => {
        clearTimeout(timer);
        this.#channel?.removeEventListener('message', listen);
        resolve(came);
      };
      const timer = setTimeout(() => end(false), time);
      this.#channel?.addEventListener('message', listen);
    });
  }

  #tell(message: Message): void {
    this.#channel?.postMessage(message);
  }
}
