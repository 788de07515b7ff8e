import { LabelError } from '../errors.js';
import type { Addon, NativeAnswer } from './addon.js';
import { loadAddon } from './load.js';
import { errorCodes, type ErrorCode, type OperationName, type OperationRunner, type Operations } from './types.js';

interface RunOptions<N extends OperationName> {
  /** Aborting stops the work; the promise rejects with CANCELLED as soon as the job has let go. */
  readonly signal?: AbortSignal;
  /** Should it throw, the work is stopped and the promise rejects with what was thrown. */
  readonly onProgress?: (progress: Operations[N]['progress']) => void;
}

/** The only door to the native core. Any number may exist, in any thread; the devices behind them are shared. */
export class Engine implements OperationRunner {
  readonly #addon: Addon;
  readonly #running = new Map<Promise<unknown>, () => void>();
  #closed = false;

  /** Throws a LabelError that says what to do when the addon is missing or broken. */
  constructor() {
    this.#addon = loadAddon();
  }

  /**
   * Runs one operation off the event loop and resolves with its answer.
   * Rejects with a LabelError whose code is the native one.
   */
  async run<N extends OperationName>(
    name: N,
    options: Operations[N]['options'],
    { signal, onProgress }: RunOptions<N> = {},
  ): Promise<Operations[N]['answer']> {
    if (this.#closed || signal?.aborted) throw new LabelError('CANCELLED', 'the job was cancelled');
    const listener = onProgress && ((text: string): void => onProgress(JSON.parse(text) as Operations[N]['progress']));
    const { answer, stop } = this.#addon.submit(name, JSON.stringify(options), listener);
    this.#running.set(answer, stop);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return toAnswer(await answer) as Operations[N]['answer'];
    } catch (error) {
      throw fromNative(error);
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#running.delete(answer);
    }
  }

  /** Stops what this engine runs, refuses more, and resolves when all of it has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const stop of this.#running.values()) stop();
    await Promise.allSettled(this.#running.keys());
  }
}

function toAnswer({ json, buffers }: NativeAnswer): unknown {
  const answer = JSON.parse(json) as Record<string, unknown>;
  for (const [field, bytes] of Object.entries(buffers)) answer[field] = new Uint8Array(bytes);
  return answer;
}

function isErrorCode(code: unknown): code is ErrorCode {
  return errorCodes.some((known) => known === code);
}

/** Errors of the core carry a code; anything else was thrown by a progress listener and passes as it is. */
function fromNative(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof LabelError || !('code' in error)) return error;
  return isErrorCode(error.code) ? new LabelError(error.code, error.message, { cause: error }) : error;
}
