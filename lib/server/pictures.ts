import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'fast-png';
import { LRUCache } from 'lru-cache';
import PQueue from 'p-queue';
import type { App } from '../app/app.js';
import { LabelError } from '../errors.js';
import { hasCode } from '../files/atomic.js';
import type { Log } from '../log.js';

const side = 160;

/** A picture on its way, and how many requests wait for it. */
interface Making {
  readonly picture: Promise<Buffer>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Small pictures of images, as PNG. A volume has to be read whole for its picture, so each is made once however many ask
 * for it, and kept, also for the next start; one at a time, so that a label that is submitted waits for none.
 */
export class Pictures {
  readonly #kept = new LRUCache<string, Buffer>({ maxSize: 32 << 20, sizeCalculation: (picture) => picture.length });
  readonly #making = new Map<string, Making>();
  readonly #turns = new PQueue({ concurrency: 1 });

  constructor(
    private readonly folder: string,
    private readonly thumbnail: App['thumbnail'],
    private readonly log: Log,
  ) {}

  /** `version`: of the image's file, as part of a file name. Nothing is computed any more when all who asked have gone. */
  async get(image: string, version: string, signal: AbortSignal): Promise<Buffer> {
    // One who has gone already does not leave any more, and would be waited for without end.
    if (signal.aborted) throw new LabelError('CANCELLED', 'The client has gone');
    const key = `${createHash('sha256').update(image).digest('hex').slice(0, 32)}-${version}.png`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const begun = this.#making.get(key);
    const making = begun?.stop.signal.aborted === false ? begun : this.#begin(key, image);
    making.waiting += 1;
    const leave = (): void => {
      making.waiting -= 1;
      if (making.waiting === 0) making.stop.abort(new LabelError('CANCELLED', 'Nobody waits for the picture any more'));
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await making.picture;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Stops what is being made; resolves when nothing is being made or stored any more. */
  async close(): Promise<void> {
    const making = [...this.#making.values()];
    for (const { stop } of making) stop.abort(new LabelError('CANCELLED', 'The server stops'));
    await Promise.allSettled(making.map(({ picture }) => picture));
  }

  #begin(key: string, image: string): Making {
    const stop = new AbortController();
    const picture = this.#make(key, image, stop.signal);
    const making = { picture, stop, waiting: 0 };
    this.#making.set(key, making);
    const end = (): void => {
      if (this.#making.get(key) === making) this.#making.delete(key);
    };
    picture.then(end, end);
    return making;
  }

  async #make(key: string, image: string, signal: AbortSignal): Promise<Buffer> {
    const stored = await this.#read(key);
    const picture = stored ?? (await this.#turns.add(() => this.#compute(image, signal), { signal }));
    this.#kept.set(key, picture);
    if (stored === undefined) await this.#write(key, picture);
    return picture;
  }

  async #compute(image: string, signal: AbortSignal): Promise<Buffer> {
    const { width, height, pixels } = await this.thumbnail(image, side, signal);
    return Buffer.from(encode({ width, height, data: pixels, channels: 1 }));
  }

  async #read(key: string): Promise<Buffer | undefined> {
    try {
      return await readFile(path.join(this.folder, key));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) this.log.warn(`A stored picture cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  /** One that cannot be stored is made again after the next start. */
  async #write(key: string, picture: Buffer): Promise<void> {
    const file = path.join(this.folder, key);
    const temporary = `${file}.${randomUUID()}`;
    try {
      await mkdir(this.folder, { recursive: true });
      await writeFile(temporary, picture);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      this.log.warn(`A picture cannot be stored: ${String(error)}`);
    }
  }
}
