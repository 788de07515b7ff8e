import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fingerprint } from '../../web/src/keep/fingerprint.js';

describe('the fingerprint of an image', () => {
  it('is another one where a bit, or the length, is another one', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(bytes, fc.nat(), fc.nat(7), (original, at, bit) => {
        const changed = new Uint8Array(original);
        changed[at % changed.length]! ^= 1 << bit;
        const own = fingerprint(new Uint8Array(original));
        assert.match(own, /^[0-9a-f]{16}$/);
        assert.equal(fingerprint(new Uint8Array(original)), own);
        assert.notEqual(fingerprint(changed), own);
        assert.notEqual(fingerprint(Uint8Array.from([...original, 0])), own);
      }),
    );
  });
});
