import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalDatastore } from '../../lib/datastore/local/local-datastore.js';
import { Studies } from '../fixtures/studies.js';

const saver = fileURLToPath(new URL('../fixtures/save-labels.js', import.meta.url));

describe('the lock of a local datastore', () => {
  let studies: Studies;
  let lock: string;
  beforeEach(async () => {
    studies = await Studies.create();
    lock = join(studies.folder, '.monailabel', 'lock');
    await studies.put('a.nii.gz');
  });
  afterEach(() => studies.remove());

  const another = (): Promise<LocalDatastore> => LocalDatastore.open(studies.folder, { watch: false });
  const owner = async (): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(lock, 'utf8')) as Record<string, unknown>;

  it('refuses a second store of this process until the first is closed', async () => {
    await studies.open();
    const message = new RegExp(
      `is in use by process ${process.pid} of ${hostname()} since 20.*: stop that process first`,
    );
    await assert.rejects(another(), { code: 'CONFLICT', message });
    await studies.close();
    await (await another()).close();
    await assert.rejects(readFile(lock), { code: 'ENOENT' });
  });

  it('is held by a process and taken over once that was killed', async () => {
    const child = spawn(process.execPath, [saver, studies.folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await assert.rejects(another(), { code: 'CONFLICT', message: new RegExp(`is in use by process ${child.pid} `) });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await studies.open();
    assert.equal((await owner())['pid'], process.pid);
    assert.deepEqual(store.images(), ['a']);
  });

  const begun = '00000000-0000-0000-0000-000000000000 1'; // of an earlier start of the computer
  for (const [what, left] of [
    ['whose number another process has now', { pid: process.ppid, started: begun, host: hostname() }],
    ['whose number we have now, as in a container that was started again', { started: begun, host: hostname() }],
    ['that is no longer', { pid: 2 ** 22 + 1, host: hostname() }],
  ] as const) {
    it(`left by a process ${what} is taken over`, async () => {
      await studies.open();
      const mine = await owner();
      await studies.close();
      await writeFile(lock, JSON.stringify({ ...mine, key: 'left', ...left }));
      await studies.open();
      assert.equal((await owner())['pid'], process.pid);
    });
  }

  it('of another computer counts until it has not been touched for a minute', async () => {
    await studies.open();
    const mine = await owner();
    await studies.close();
    await writeFile(lock, JSON.stringify({ ...mine, key: 'left', host: 'elsewhere' }));
    await assert.rejects(another(), { code: 'CONFLICT', message: /of elsewhere since .*or wait a minute/ });
    const before = Date.now() / 1000 - 120;
    await utimes(lock, before, before);
    await studies.open();
    assert.equal((await owner())['host'], hostname());
  });

  it('that says nothing, as after a full disk, is taken over', async () => {
    await (await another()).close();
    await writeFile(lock, '');
    await studies.open();
    assert.equal((await owner())['pid'], process.pid);
  });

  it('stops a store from writing once it is lost', async () => {
    const store = await studies.open();
    await rm(lock);
    await assert.rejects(store.updateImageInfo('a', { x: 1 }), { status: 503, message: /lock is gone; restart/ });
    assert.equal(store.image('a').info['x'], undefined);
  });
});
