import assert from 'node:assert/strict';
import { keyOf, upgraded, type Draft } from '../../../web/src/keep/draft.js';
import { isOvertaken, putBy, sortDrafts, takenUp } from '../../../web/src/state/unsaved.js';
import { imageOf, openCase, size } from './parts.js';

const image = imageOf('a');
const noon = new Date('2026-11-24T12:00:00Z');
const later = new Date('2026-11-24T13:00:00Z');

function draftOf(change: Partial<Draft> = {}): Draft {
  return { ...openCase('a').session.describe(), savedAt: noon, ...change };
}

describe('unsaved work of a case', () => {
  it('is laid on its own image only', () => {
    const other = imageOf('a', 'voxels of somebody else');
    const foreign = draftOf({ key: keyOf(other), fingerprint: other.fingerprint });
    assert.deepEqual(sortDrafts([foreign], image, size), { own: undefined, aside: [], foreign: [foreign] });
    assert.deepEqual(sortDrafts([draftOf()], image, size).own, draftOf());
    assert.equal(sortDrafts([draftOf()], image, [9, 9, 9]).own, undefined);
  });

  it('of an earlier page goes by its size, and gets the key of the image', () => {
    const old = upgraded({ id: 'a', size, names: ['spleen', 'liver'], savedAt: noon });
    const { own } = sortDrafts([old], image, size);
    assert.equal(own, old);
    assert.deepEqual(
      own.labels.map(({ value }) => value),
      [1, 2],
    );
    assert.equal(takenUp(old, image).key, draftOf().key);
    assert.deepEqual(sortDrafts([old], image, [9, 9, 9]).foreign, [old]);
  });

  it('stays beside the work that goes on when it has been put by', () => {
    const own = draftOf();
    const by = putBy(draftOf({ savedAt: later, isSubmitted: true }), image);
    assert.notEqual(by.key, own.key);
    assert.equal(by.isSubmitted, false);
    assert.deepEqual(sortDrafts([by, own], image, size), { own, aside: [by], foreign: [] });
    assert.deepEqual(takenUp(by, image).key, own.key);
  });

  it('is overtaken by a version that it does not go on from', () => {
    const stored = { version: '2', who: 'Dr C', when: later, sending: undefined };
    assert.equal(isOvertaken(draftOf({ base: '1' }), stored), true);
    assert.equal(isOvertaken(draftOf({ base: null }), stored), true);
    assert.equal(isOvertaken(draftOf({ base: '2' }), stored), false);
    assert.equal(isOvertaken(draftOf({ base: '1' }), undefined), false);
    const old = upgraded({ id: 'a', size, names: [], savedAt: noon });
    assert.equal(isOvertaken(old, stored), true);
    assert.equal(isOvertaken({ ...old, savedAt: later }, { ...stored, when: noon }), false);
  });
});
