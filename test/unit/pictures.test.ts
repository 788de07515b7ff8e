import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LabelError } from '../../lib/errors.js';
import { silentLog } from '../../lib/log.js';
import { Pictures } from '../../lib/server/pictures.js';
import { until } from '../api/harness.js';

describe('pictures of images', () => {
  let folder: string;
  let pictures: Pictures;
  /** What is being computed, in the order in which it was begun. */
  let asked: { image: string; give: (grey: number) => void; isStopped: boolean }[];

  const open = (): Pictures =>
    new Pictures(
      path.join(folder, 'pictures'),
      (image, _size, signal) =>
        new Promise((resolve, reject) => {
          const computing = {
            image,
            give: (grey: number) => resolve({ width: 1, height: 1, pixels: Uint8Array.of(grey) }),
            isStopped: false,
          };
          asked.push(computing);
          signal?.addEventListener('abort', () => {
            computing.isStopped = true;
            reject(new LabelError('CANCELLED', 'stopped'));
          });
        }),
      silentLog,
    );
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pictures-'));
    asked = [];
    pictures = open();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const get = (image: string, version = 'v1', client = new AbortController()): Promise<Buffer> =>
    pictures.get(image, version, client.signal);
  const clientThatWent = (): AbortController => {
    const client = new AbortController();
    client.abort();
    return client;
  };
  const started = (count: number): Promise<void> => until(() => asked.length === count);

  it('are made once for all who ask at the same time, and for those who ask later', async () => {
    const both = [get('a'), get('a')];
    await started(1);
    asked[0]!.give(1);
    const [one, other] = await Promise.all(both);
    assert.equal(one, other);
    assert.equal(await get('a'), one);
    assert.equal(asked.length, 1);
  });

  it('are made one at a time', async () => {
    const both = [get('a'), get('b')];
    await started(1);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      asked.map(({ image }) => image),
      ['a'],
    );
    asked[0]!.give(1);
    await started(2);
    asked[1]!.give(2);
    await Promise.all(both);
  });

  it('are stopped when the last who asked has gone, and begun anew for the next', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const both = [get('a', 'v1', first), get('a', 'v1', second)];
    await started(1);
    first.abort();
    assert.equal(asked[0]!.isStopped, false);
    second.abort();
    assert.equal(asked[0]!.isStopped, true);
    const next = get('a');
    for (const gone of both) await assert.rejects(gone, { code: 'CANCELLED' });
    await started(2);
    asked[1]!.give(1);
    await next;
  });

  it('are not made for one who has gone already', async () => {
    await assert.rejects(get('a', 'v1', clientThatWent()), { code: 'CANCELLED' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(asked.length, 0);
  });

  it('are stopped when the last has gone, whoever else asked when gone already', async () => {
    const client = new AbortController();
    const waiting = get('a', 'v1', client);
    await started(1);
    await assert.rejects(get('a', 'v1', clientThatWent()), { code: 'CANCELLED' });
    client.abort();
    assert.equal(asked[0]!.isStopped, true);
    await assert.rejects(waiting, { code: 'CANCELLED' });
  });

  it('are stopped when the server stops, also those that wait for their turn', async () => {
    const both = [get('a'), get('b')];
    const gone = both.map((picture) => assert.rejects(picture, { code: 'CANCELLED' }));
    await started(1);
    await pictures.close();
    await Promise.all(gone);
    assert.equal(asked.length, 1);
  });

  it('are there after the next start, until their image changes', async () => {
    const made = get('a');
    await started(1);
    asked[0]!.give(1);
    await made;
    pictures = open();
    assert.deepEqual(await get('a'), await made);
    const changed = get('a', 'v2');
    await started(2);
    asked[1]!.give(2);
    assert.notDeepEqual(await changed, await made);
    assert.equal((await readdir(path.join(folder, 'pictures'))).length, 2);
  });

  it('are sent although they cannot be stored', async () => {
    await writeFile(path.join(folder, 'pictures'), 'no folder');
    const made = get('a');
    await started(1);
    asked[0]!.give(1);
    assert.ok((await made).length > 0);
  });
});
