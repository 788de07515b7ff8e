/** Labels that are on their way to the server, or could not be stored, of cases that are no longer open. */

import { computed, signal } from '@preact/signals-core';
import type { Draft } from '../keep/draft.js';
import type { CaseSession } from './case-session.js';

export interface Unsent {
  readonly id: string;
  readonly reason: string;
  /** Absent for what an earlier visit left. */
  readonly session?: CaseSession;
}

export class Outbox {
  readonly #sessions = signal<readonly CaseSession[]>([]);
  /** What an earlier visit submitted and nobody answered. */
  readonly #left = signal<readonly Draft[]>([]);

  /** What was not stored, and what may be done about it. */
  readonly unsent = computed<readonly Unsent[]>(() => [
    ...this.#sessions.value.flatMap((session): Unsent[] => {
      const now = session.submission.value;
      return now.state === 'failed' && !session.isReadOnly.value
        ? [{ id: session.id, reason: now.reason, session }]
        : [];
    }),
    ...this.#left.value.map(({ id }) => ({ id, reason: 'the page was closed before the server had answered' })),
  ]);

  /** Takes a session that is being closed; one without anything under way is let go at once. */
  add(session: CaseSession): void {
    const { state } = session.submission.value;
    if (state !== 'sending' && state !== 'failed') return session.end();
    this.#sessions.value = [...this.#sessions.value, session];
    const stop = session.submission.subscribe((now) => {
      if (now.state === 'sending' || now.state === 'failed') return;
      // Signals call back at once, before there is a `stop`.
      queueMicrotask(() => stop());
      this.#remove(session);
    });
  }

  get isEmpty(): boolean {
    return this.#sessions.value.length === 0;
  }

  get sessions(): readonly CaseSession[] {
    return this.#sessions.value;
  }

  /** Drafts that were submitted, as the page found them when it was loaded. */
  setLeft(drafts: readonly Draft[]): void {
    this.#left.value = drafts;
  }

  /** Resolves with the unsent session of a case, when it is not on its way; it is out of the box then. */
  async take(id: string, signal: AbortSignal): Promise<CaseSession | undefined> {
    const session = this.#sessions.value.find((each) => each.id === id);
    if (session === undefined) return undefined;
    await answered(session, signal);
    const isUnsent = session.submission.value.state === 'failed';
    this.#remove(session);
    return isUnsent ? session : undefined;
  }

  /** A case whose left draft is open is no longer left. */
  forgetLeft(id: string): void {
    this.#left.value = this.#left.value.filter((draft) => draft.id !== id);
  }

  #remove(session: CaseSession): void {
    this.#sessions.value = this.#sessions.value.filter((each) => each !== session);
    session.end();
  }
}

function answered(session: CaseSession, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = session.submission.subscribe(({ state }) => {
      if (state === 'sending') return;
      queueMicrotask(() => stop());
      resolve();
    });
    signal.addEventListener('abort', () => {
      stop();
      reject(signal.reason as Error);
    });
  });
}
