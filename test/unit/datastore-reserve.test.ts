import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalDatastore } from '../../lib/datastore/local/local-datastore.js';
import { Studies } from '../fixtures/studies.js';

describe('drawing the next image for several people', () => {
  let studies: Studies;
  let store: LocalDatastore;
  beforeEach(async () => {
    studies = await Studies.create();
    for (let number = 0; number < 12; number += 1) await studies.put(`c${String(number).padStart(2, '0')}.nii.gz`);
    store = await studies.open();
  });
  afterEach(() => studies.remove());

  /** The first of the candidates, after a while in which others ask too. */
  const first = async (candidates: readonly string[]): Promise<{ id: string }> => {
    await sleep(1);
    return { id: candidates[0]! };
  };
  const draw = (person: string): Promise<{ id: string } | undefined> => store.reserve('first', person, first);
  const served = (id: string): unknown => store.image(id).info['strategy'];
  const daysAgo = (days: number): number => Math.floor(Date.now() / 1000) - days * 86400;

  it('gives ten who ask at once ten images', async () => {
    const people = Array.from({ length: 10 }, (_, number) => `person ${number}`);
    const drawn = await Promise.all(people.map(draw));
    assert.equal(new Set(drawn.map((choice) => choice?.id)).size, 10);
    const marks = store.images().map((id) => (served(id) as { first?: { client_id: string } } | undefined)?.first);
    assert.deepEqual(
      marks.map((mark) => mark?.client_id).filter((person) => person !== undefined),
      people,
    );
  });

  it('gives the same person the same image again', async () => {
    assert.deepEqual(
      [(await draw('ann'))?.id, (await draw('bob'))?.id, (await draw('ann'))?.id],
      ['c00', 'c01', 'c00'],
    );
  });

  it('gives what others are at work on when nothing else is left, and what they were given long ago', async () => {
    for (const id of store.images().slice(1)) await store.saveLabel(id, 'final', await studies.upload(id), {});
    assert.equal((await draw('ann'))?.id, 'c00');
    assert.equal((await draw('bob'))?.id, 'c00');
    await store.removeLabel('c01', 'final');
    await store.updateImageInfo('c01', { strategy: { first: { ts: daysAgo(1), client_id: 'ann' } } });
    assert.equal((await draw('cid'))?.id, 'c01');
  });

  it('keeps the marks of other strategies', async () => {
    const mark = { ts: daysAgo(1), client_id: 'ann' };
    await store.updateImageInfo('c00', { strategy: { random: mark } });
    await Promise.all(['first', 'last'].map((name) => store.reserve(name, 'bob', first)));
    assert.deepEqual(Object.keys(served('c00') as object), ['random', 'first', 'last']);
    assert.deepEqual((served('c00') as { random: object }).random, mark);
  });

  it('marks nothing when nothing is chosen, or choosing fails', async () => {
    assert.equal(await store.reserve('first', 'ann', () => Promise.resolve(undefined)), undefined);
    await assert.rejects(
      store.reserve('first', 'ann', () => Promise.reject(new Error('no idea'))),
      /no idea/,
    );
    assert.equal((await draw('ann'))?.id, 'c00');
    assert.equal(store.images().filter((id) => served(id) !== undefined).length, 1);
  });

  it('has nothing for anybody when every image is labelled', async () => {
    for (const id of store.images()) await store.saveLabel(id, 'final', await studies.upload(id), {});
    assert.equal(await draw('ann'), undefined);
  });
});
