import assert from 'node:assert/strict';
import fc from 'fast-check';
import { signedDistances } from '../../web/src/labelmap/distance.js';

describe('signed distances', () => {
  it('count from centre to centre in millimetres', () => {
    const inside = Uint8Array.from([0, 0, 1, 1, 1, 0]);
    assert.deepEqual([...signedDistances(inside, 6, 1, [2, 1])], [4, 2, -2, -4, -2, 2]);
  });

  it('are those to the nearest pixel on the other side, by asking every pair', () => {
    const length = fc.integer({ min: 1, max: 8 });
    const millimetres = fc.double({ min: 0.3, max: 5, noNaN: true });
    const masks = fc
      .record({ width: length, height: length, spacing: fc.tuple(millimetres, millimetres) })
      .chain((shape) => {
        const count = shape.width * shape.height;
        return fc.record({
          shape: fc.constant(shape),
          inside: fc.uint8Array({ minLength: count, maxLength: count, max: 1 }),
        });
      });
    fc.assert(
      fc.property(masks, ({ shape: { width, height, spacing }, inside }) => {
        fc.pre(inside.includes(0) && inside.includes(1));
        const distances = signedDistances(inside, width, height, spacing);
        inside.forEach((own, index) => {
          let nearest = Infinity;
          inside.forEach((other, at) => {
            const dx = (at % width) - (index % width);
            const dy = Math.floor(at / width) - Math.floor(index / width);
            if (other !== own) nearest = Math.min(nearest, Math.hypot(dx * spacing[0], dy * spacing[1]));
          });
          assert.ok(Math.abs(distances[index]! - (own === 1 ? -nearest : nearest)) < 1e-9);
        });
      }),
      { numRuns: 300 },
    );
  });
});
