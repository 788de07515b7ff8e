import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromSlots, toSlots, valuesIn } from '../../web/src/labelmap/slots.js';

describe('values of a file in a drawing', () => {
  it('come back as they were, whatever they are', () => {
    const value = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const voxels = fc.uniqueArray(value, { maxLength: 255 }).chain((values) => {
      return fc.array(fc.constantFrom(0, ...values), { maxLength: 200 });
    });
    fc.assert(
      fc.property(voxels, (all) => {
        const values = valuesIn(Int32Array.from(all));
        const slots = toSlots(Int32Array.from(all), values);
        assert.deepEqual([...fromSlots(slots, values)], all);
      }),
    );
  });

  const types = [
    [[1, 255], Uint8Array],
    [[1, 256], Uint16Array],
    [[65535], Uint16Array],
    [[65536], Int32Array],
    [[-1, 3], Int32Array],
  ] as const;
  for (const [values, type] of types) {
    it(`${values.join(' and ')}: written as ${type.name}`, () => {
      const slots = Uint8Array.from([0, ...values.map((_, index) => index + 1)]);
      assert.ok(fromSlots(slots, values) instanceof type);
    });
  }

  it('do not widen the type where they are painted nowhere', () => {
    assert.deepEqual(fromSlots(Uint8Array.from([0, 1, 1]), [7, 300]), Uint8Array.from([0, 7, 7]));
  });

  it('are refused where a drawing cannot tell them apart', () => {
    const all = Int32Array.from({ length: 257 }, (_, index) => index);
    assert.throws(() => toSlots(all, valuesIn(all)), /It has 256 different values; the page can show 255/);
  });
});
