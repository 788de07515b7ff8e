import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Datastore } from '../../lib/datastore/datastore.js';
import { random } from '../../lib/strategies/random.js';

/** A datastore that knows only when "random" last served each image; null: never. */
function servedAt(times: readonly (number | null)[]): Datastore {
  const image = (id: string) => {
    const ts = times[Number(id)];
    return { ext: '.nii', labels: {}, info: ts == null ? {} : { strategy: { random: { ts, client_id: 'u' } } } };
  };
  return { image } as unknown as Datastore;
}

async function choose(times: readonly (number | null)[], now: number, draw: number) {
  const candidates = times.map((_, index) => String(index));
  return random.choose({ name: 'random', candidates, datastore: servedAt(times), params: {}, now, random: () => draw });
}

describe('the random strategy', () => {
  for (const [times, draw, id, weight] of [
    [[90, 80], 0, '0', 10], // weights 10 and 20
    [[90, 80], 0.33, '0', 10],
    [[90, 80], 0.34, '1', 20],
    [[90, 80], 0.999, '1', 20],
    [[100, 80], 0, '1', 20], // just served: weight 0, never drawn
    [[80, 100], 0.999999, '0', 20],
    [[90, null], 0.5, '1', 100],
    [[100, 100], 0.6, '1', 0], // everything just served: any of them
    [[100], 0, '0', 0],
    [[120], 0, '0', 0], // a clock that went back
  ] as const) {
    it(`draws ${id} of images served at ${times.join(', ')} with ${draw} at 100`, async () => {
      assert.deepEqual(await choose(times, 100, draw), { id, weight });
    });
  }

  it('never fails, and never draws what was just served while something waits', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.integer({ min: 0, max: 1000 })), { minLength: 1 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (times, draw) => {
          const { id, weight } = await choose(times, 1000, draw);
          assert.equal(weight, 1000 - (times[Number(id)] ?? 0));
          assert.ok(weight !== 0 || times.every((ts) => ts === 1000));
        },
      ),
    ));
});
