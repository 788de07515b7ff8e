import assert from 'node:assert/strict';
import fc from 'fast-check';
import { removeIslands } from '../../web/src/labelmap/islands.js';
import { boxOfDifference, drawing, drawings, editOf, picture, positions, type Drawing } from './drawings.js';

function remove(canvas: Drawing, keep: Parameters<typeof removeIslands>[4]) {
  return removeIslands(editOf(canvas), canvas.voxels, canvas.grid, 1, keep);
}

describe('removing islands', () => {
  it('keeps the largest', () => {
    const canvas = drawing(['11..1 11.11 ....1 1.2..', '11... ..... ..... .....']);
    const { removed, box } = remove(canvas, 'largest');
    assert.deepEqual(picture(canvas), ['11... 11... ..... ..2..', '11... ..... ..... .....']);
    assert.equal(removed, 2);
    assert.deepEqual(box, { min: [0, 0, 0], max: [5, 4, 1] });
  });

  it('keeps those of at least a volume in cubic millimetres', () => {
    for (const [atLeast, left, removed] of [
      [0, '1.11.111', 0],
      [6, '1.11.111', 0],
      [6.1, '..11.111', 1],
      [12.1, '.....111', 2],
      [18.1, '........', 3],
    ] as const) {
      const voxelsOfSix = drawing(['1.11.111'], [1, 2, 3]);
      assert.equal(remove(voxelsOfSix, { atLeast }).removed, removed);
      assert.deepEqual(picture(voxelsOfSix), [left]);
    }
  });

  it('counts voxels that touch by an edge as apart', () => {
    const canvas = drawing(['11. ..1 ..1 ..1']);
    assert.equal(remove(canvas, 'largest').removed, 1);
    assert.deepEqual(picture(canvas), ['... ..1 ..1 ..1']);
  });

  it('joins what meets late', () => {
    const canvas = drawing(['1.1.1 1.1.1 11111 ....1 1.111']);
    assert.equal(remove(canvas, 'largest').removed, 1);
    assert.deepEqual(picture(canvas), ['1.1.1 1.1.1 11111 ....1 ..111']);
  });

  it('leaves the first of equal ones', () => {
    const canvas = drawing(['11.11']);
    remove(canvas, 'largest');
    assert.deepEqual(picture(canvas), ['11...']);
  });

  it('does nothing where there is one, or none', () => {
    for (const slice of ['.11.', '..22']) assert.deepEqual(remove(drawing([slice]), 'largest'), { removed: 0 });
  });

  it('removes what union-find over all pairs of neighbours says', () => {
    const keeps = fc.oneof(
      fc.constant('largest' as const),
      fc.record({ atLeast: fc.double({ min: 0, max: 60, noNaN: true }) }),
    );
    fc.assert(
      fc.property(drawings(2), keeps, (canvas, keep) => {
        const before = canvas.voxels.slice();
        const islands = unionFind(canvas, 1);
        const { removed, box } = remove(canvas, keep);
        const volume = canvas.grid.spacing.reduce((a, b) => a * b);
        const largest = [...islands].sort((a, b) => b.length - a.length || a[0]! - b[0]!)[0];
        const expected = before.slice();
        let count = 0;
        for (const island of islands) {
          if (keep === 'largest' ? island === largest : island.length * volume >= keep.atLeast) continue;
          for (const index of island) expected[index] = 0;
          count++;
        }
        assert.deepEqual(canvas.voxels, expected);
        assert.equal(removed, count);
        assert.deepEqual(box, boxOfDifference(before, canvas));
      }),
      { numRuns: 500 },
    );
  });
});

/** The voxels of each island. */
function unionFind({ voxels, grid }: Drawing, value: number): number[][] {
  const parents = Array.from(voxels, (_, index) => index);
  const rootOf = (index: number): number => (parents[index] === index ? index : rootOf(parents[index]!));
  const all = [...positions(grid)].filter(([, index]) => voxels[index] === value);
  for (const [a, indexA] of all) {
    for (const [b, indexB] of all) {
      const apart = Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]);
      if (apart === 1) parents[rootOf(indexA)] = rootOf(indexB);
    }
  }
  const islands = new Map<number, number[]>();
  for (const [, index] of all) islands.set(rootOf(index), [...(islands.get(rootOf(index)) ?? []), index]);
  return [...islands.values()];
}
