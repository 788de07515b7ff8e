import assert from 'node:assert/strict';
import { existsSync, readlinkSync, statSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rm,
  stat,
  utimes,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeFolder, moveIntoPlace, writeFileAtomically } from '../../lib/files/atomic.js';

describe('atomic writes', () => {
  let folder: string;
  let target: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'atomic-'));
    target = path.join(folder, 'target');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** What was synced while `work` ran, in order, and whether the target was in place at that moment. */
  async function syncsOf(work: () => Promise<void>): Promise<{ name: string; isInPlace: boolean }[]> {
    const handle = await open(folder);
    const handles = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const sync = Object.getOwnPropertyDescriptor(handles, 'sync')!;
    const seen: { name: string; isInPlace: boolean }[] = [];
    Object.defineProperty(handles, 'sync', {
      ...sync,
      value(this: FileHandle): Promise<void> {
        const file = readlinkSync(`/proc/self/fd/${this.fd}`);
        seen.push({ name: path.basename(file), isInPlace: existsSync(target) });
        return (sync.value as () => Promise<void>).call(this);
      },
    });
    try {
      await work();
    } finally {
      Object.defineProperty(handles, 'sync', sync);
    }
    return seen;
  }

  // A test that kills the process cannot tell, for the kernel keeps what was written: only a power cut would.
  it('sync the file before it is in place, and its folder afterwards', async () => {
    const [file, place, ...more] = await syncsOf(() => writeFileAtomically(target, 'text'));
    assert.match(file!.name, /^\.writing-/);
    assert.equal(file!.isInPlace, false);
    assert.deepEqual(place, { name: path.basename(folder), isInPlace: true });
    assert.deepEqual(more, []);
  });

  it('sync a file that is moved there in the same order', async () => {
    const source = path.join(folder, 'source');
    await writeFile(source, 'text');
    assert.deepEqual(await syncsOf(() => moveIntoPlace(source, target)), [
      { name: 'source', isInPlace: false },
      { name: path.basename(folder), isInPlace: true },
    ]);
  });

  it('sync the folders in which new ones were made', async () => {
    const synced = await syncsOf(() => makeFolder(path.join(folder, 'a', 'b')));
    assert.deepEqual(synced.map(({ name }) => name).sort(), ['a', path.basename(folder)].sort());
  });

  it('copy from another file system, with the time, and leave nothing behind', async function () {
    const elsewhere = '/dev/shm';
    if (!existsSync(elsewhere) || statSync(elsewhere).dev === statSync(folder).dev) return this.skip();
    const away = await mkdtemp(path.join(elsewhere, 'atomic-'));
    try {
      const source = path.join(away, 'source');
      await writeFile(source, 'text');
      await utimes(source, 1000, 2000);
      await moveIntoPlace(source, target);
      assert.equal(await readFile(target, 'utf8'), 'text');
      assert.equal((await stat(target)).mtimeMs, 2_000_000);
      assert.deepEqual([await readdir(away), await readdir(folder)], [[], ['target']]);

      await writeFile(source, 'text');
      const occupied = path.join(folder, 'occupied');
      await mkdir(path.join(occupied, 'x'), { recursive: true });
      await assert.rejects(moveIntoPlace(source, occupied));
      assert.deepEqual((await readdir(folder)).sort(), ['occupied', 'target']);
      assert.deepEqual(await readdir(away), ['source']);
    } finally {
      await rm(away, { recursive: true });
    }
  });
});
