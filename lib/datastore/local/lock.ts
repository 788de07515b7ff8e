/** One process at a time owns a datastore: the file `.monailabel/lock` says which. */

import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { LabelError } from '../../errors.js';
import { hasCode } from '../../files/atomic.js';
import { processStart } from './process-start.js';

const ownerSchema = z.object({
  /** Of this lock, whoever holds it. */
  key: z.string(),
  pid: z.number(),
  /** When that process began, since numbers of processes come again. */
  started: z.string().nullable(),
  host: z.string(),
  since: z.string(),
});

type Owner = z.output<typeof ownerSchema>;

/** The holder touches the file so often; another computer's counts as dead when it has not for so long. */
const touchMilliseconds = 10_000;
const deadMilliseconds = 60_000;
/** Of two that take over the same dead lock, the later one has written by then. */
const takeoverMilliseconds = 100;

export class Lock {
  readonly #path: string;
  readonly #key: string;
  readonly #touching: NodeJS.Timeout;

  /** `path`: of the file, in a folder that exists. Throws CONFLICT when a living process holds it. */
  static async take(path: string): Promise<Lock> {
    const own: Owner = {
      key: randomUUID(),
      pid: process.pid,
      started: await processStart(process.pid),
      host: hostname(),
      since: new Date().toISOString(),
    };
    const draft = join(dirname(path), `.writing-${own.key}`);
    await writeFile(draft, JSON.stringify(own));
    try {
      await link(draft, path);
    } catch (error) {
      if (hasCode(error, 'EEXIST')) await takeOver(path, draft, own);
      // Some file systems have no hard links.
      else await writeFile(path, JSON.stringify(own), { flag: 'wx' });
    } finally {
      await rm(draft, { force: true });
    }
    return new Lock(path, own.key);
  }

  private constructor(path: string, key: string) {
    this.#path = path;
    this.#key = key;
    this.#touching = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => {}); // a lock that is gone is found by check()
    }, touchMilliseconds).unref();
  }

  /** Throws CONFLICT when somebody has taken the lock, or deleted it. */
  async check(): Promise<void> {
    const owner = await readOwner(this.#path);
    if (owner?.key === this.#key) return;
    const who = owner === undefined ? 'is gone' : `is held by ${describe(owner)}`;
    throw new LabelError('CONFLICT', `Nothing can be written any more: ${this.#path} ${who}; restart this server`, {
      status: 503,
    });
  }

  async release(): Promise<void> {
    clearInterval(this.#touching);
    if ((await readOwner(this.#path))?.key === this.#key) await rm(this.#path, { force: true });
  }
}

async function takeOver(path: string, draft: string, own: Owner): Promise<void> {
  const owner = await readOwner(path);
  if (owner !== undefined && (await isAlive(owner, path))) {
    const advice = owner.host === own.host ? '' : ', or wait a minute if that computer has stopped';
    throw new LabelError(
      'CONFLICT',
      `${dirname(dirname(path))} is in use by ${describe(owner)}: stop that process first${advice} (${path})`,
    );
  }
  await rename(draft, path);
  await sleep(takeoverMilliseconds);
  const winner = await readOwner(path);
  if (winner?.key !== own.key) {
    throw new LabelError('CONFLICT', `${dirname(dirname(path))} was just taken by ${describe(winner ?? own)}`);
  }
}

async function isAlive(owner: Owner, path: string): Promise<boolean> {
  if (owner.host !== hostname()) return await wasTouchedLately(path);
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
  }
  const started = await processStart(owner.pid);
  return started === null || owner.started === null || started === owner.started;
}

/** By the clock of the file system, which both computers share. */
async function wasTouchedLately(path: string): Promise<boolean> {
  const probe = join(dirname(path), `.writing-${randomUUID()}`);
  await writeFile(probe, '');
  try {
    const [now, touched] = [(await stat(probe)).mtimeMs, (await stat(path)).mtimeMs];
    return now - touched < deadMilliseconds;
  } finally {
    await rm(probe, { force: true });
  }
}

/** Undefined when there is no lock, or one that says nothing. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

function describe({ pid, host, since }: Owner): string {
  return `process ${pid} of ${host} since ${since}`;
}
