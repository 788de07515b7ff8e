import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PaintRule } from '../../web/src/labelmap/edit.js';
import type { Axis, Grid, Vec3 } from '../../web/src/labelmap/grid.js';
import { interpolateSlices } from '../../web/src/labelmap/interpolate.js';
import {
  boxOfDifference,
  drawing,
  drawings,
  editOf,
  isIn,
  picture,
  planes,
  positions,
  type Drawing,
} from './drawings.js';

function interpolate(canvas: Drawing, axis: Axis = 2, rule?: PaintRule) {
  return interpolateSlices(editOf(canvas, rule), canvas.voxels, canvas.grid, 1, axis);
}

/** Discs of 1 in slices across `axis`: where, around what, and of what radius in millimetres. */
function discs(grid: Grid, axis: Axis, all: readonly { slice: number; centre: Vec3; radius: number }[]): Drawing {
  const voxels = new Uint8Array(grid.size[0] * grid.size[1] * grid.size[2]);
  for (const [position, index] of positions(grid)) {
    if (all.some((disc) => position[axis] === disc.slice && away(position, disc.centre, axis, grid) <= disc.radius)) {
      voxels[index] = 1;
    }
  }
  return { voxels, grid };
}

/** Millimetres between two positions in a slice across `axis`. */
function away(a: Vec3, b: Vec3, axis: Axis, { spacing }: Grid): number {
  return Math.hypot(...a.map((value, each) => (each === axis ? 0 : (value - b[each]!) * spacing[each]!)));
}

describe('interpolation between slices', () => {
  it('repeats what is the same in both', () => {
    const canvas = drawing(['..... .11.. .11..', '..... ..... .....', '..... ..... .....', '..... .11.. .11..']);
    const box = interpolate(canvas);
    assert.deepEqual(picture(canvas), Array<string>(4).fill('..... .11.. .11..'));
    assert.deepEqual(box, { min: [1, 1, 1], max: [3, 3, 3] });
  });

  it('narrows from a bar to a voxel', () => {
    const canvas = drawing(['1111111', '.......', '...1...']);
    interpolate(canvas);
    // The bar is one voxel high, so it is one deep everywhere, and the voxel as far away as its neighbours are.
    assert.deepEqual(picture(canvas), ['1111111', '..111..', '...1...']);
  });

  for (const axis of [0, 1, 2] as const) {
    it(`makes the discs of a cone across axis ${axis}, in millimetres`, () => {
      const size = [0, 1, 2].map((each) => (each === axis ? 5 : 41)) as unknown as Vec3;
      const grid: Grid = { size, spacing: [1, 0.7, 1.3] };
      const centre: Vec3 = [20, 20, 20];
      const canvas = discs(grid, axis, [
        { slice: 0, centre, radius: 4 },
        { slice: 4, centre, radius: 12 },
      ]);
      interpolate(canvas, axis);
      for (const [position, index] of positions(grid)) {
        const rim = 4 + 2 * position[axis];
        const outward = away(position, centre, axis, grid) - rim;
        if (Math.abs(outward) > 1.3) assert.equal(canvas.voxels[index], outward < 0 ? 1 : 0, position.join(' '));
      }
    });
  }

  it('moves a disc across a gap in which the two do not overlap', () => {
    const grid: Grid = { size: [60, 30, 6], spacing: [1, 1, 2] };
    const centreAt = (slice: number): Vec3 => [10 + 8 * slice, 10 + 2 * slice, slice];
    const ends = [0, 5].map((slice) => ({ slice, centre: centreAt(slice), radius: 5 }));
    const canvas = discs(grid, 2, ends);
    interpolate(canvas);
    const all = [0, 1, 2, 3, 4, 5].map((slice) => ({ slice, centre: centreAt(slice), radius: 5 }));
    assert.deepEqual(canvas.voxels, discs(grid, 2, all).voxels);
  });

  it('does not shift what stays while something else ends', () => {
    const canvas = drawing(['11.....11 11.....11', '......... .........', '11....... 11.......']);
    interpolate(canvas);
    assert.equal(picture(canvas)[1]!.split(' ')[0]!.slice(0, 3), '11.');
  });

  it('fills every gap, and leaves slices that are painted', () => {
    const canvas = drawing(['1..', '...', '1..', '.1.', '...', '.1.', '...']);
    interpolate(canvas);
    assert.deepEqual(picture(canvas), ['1..', '1..', '1..', '.1.', '.1.', '.1.', '...']);
  });

  it('does not paint what the rule protects', () => {
    const canvas = drawing(['111', '.2.', '111']);
    interpolate(canvas, 2, { over: 'background' });
    assert.deepEqual(picture(canvas), ['111', '121', '111']);
  });

  it('paints nothing where there is no gap', () => {
    for (const slices of [
      ['...', '...'],
      ['1..', '1..'],
      ['...', '1..'],
    ]) {
      assert.equal(interpolate(drawing(slices)), undefined);
    }
  });

  /** On its way its shape leaves the box around both ends. */
  const wandering = {
    voxels: Uint8Array.from('000320000200000000010001000004000200002100014000100004100022', Number),
    grid: { size: [6, 2, 5], spacing: [1.96, 3.09, 3.04] },
  } as const;

  it('paints only slices between painted ones, in their box, over what may be painted', () => {
    fc.assert(
      fc.property(drawings(4), planes, (canvas, axis) => {
        const before = canvas.voxels.slice();
        const box = interpolate(canvas, axis, { over: [0, 3] });
        const painted = new Set(
          [...positions(canvas.grid)].filter(([, index]) => before[index] === 1).map(([at]) => at[axis]),
        );
        for (const [position, index] of positions(canvas.grid)) {
          if (canvas.voxels[index] === before[index]) continue;
          assert.equal(canvas.voxels[index], 1);
          assert.ok(before[index] === 0 || before[index] === 3);
          assert.ok(!painted.has(position[axis]) && isIn(position, box!));
          assert.ok(position[axis] > Math.min(...painted) && position[axis] < Math.max(...painted));
        }
        assert.ok(box !== undefined || boxOfDifference(before, canvas) === undefined);
      }),
      { numRuns: 300, examples: [[wandering, 0]] },
    );
  });
});
