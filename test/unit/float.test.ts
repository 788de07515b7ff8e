import assert from 'node:assert/strict';
import fc from 'fast-check';
import { float, toJson } from '../../lib/float.js';

describe('floats in JSON', () => {
  for (const [value, text] of [
    [float(1), '1.0'],
    [float(-3), '-3.0'],
    [float(0.5), '0.5'],
    [float(1e21), '1e+21'],
    [{ a: [float(2), 2, '2'] }, '{"a":[2.0,2,"2"]}'],
  ] as const) {
    it(`are written ${text}`, () => assert.equal(toJson(value), text));
  }

  it('leave everything else as JSON has it', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(toJson(value), JSON.stringify(value))));
  });
});
