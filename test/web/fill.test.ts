import assert from 'node:assert/strict';
import fc from 'fast-check';
import { floodFill } from '../../web/src/labelmap/fill.js';
import type { Axis, Vec3 } from '../../web/src/labelmap/grid.js';
import { boxOfDifference, drawing, drawings, editOf, picture, planes, positions, voxelIn } from './drawings.js';

describe('filling', () => {
  it('stays within a closed line', () => {
    const canvas = drawing(['111111 1....1 1.11.1 1.1..1 111111']);
    const box = floodFill(editOf(canvas), canvas.voxels, canvas.grid, [1, 1, 0], 2, 2);
    assert.deepEqual(picture(canvas), ['111111 122221 121121 121221 111111']);
    assert.deepEqual(box, { min: [1, 1, 0], max: [5, 4, 1] });
  });

  it('does not pass where voxels touch by an edge only', () => {
    const canvas = drawing(['.1. 1.. ...']);
    floodFill(editOf(canvas), canvas.voxels, canvas.grid, [0, 0, 0], 2, 'volume');
    assert.deepEqual(picture(canvas), ['21. 1.. ...']);
  });

  it('fills a slice across any axis, or the volume', () => {
    const filled = (plane: Axis | 'volume'): string[] => {
      const canvas = drawing(['.. ..', '.. ..']);
      floodFill(editOf(canvas), canvas.voxels, canvas.grid, [0, 0, 0], 5, plane);
      return picture(canvas);
    };
    assert.deepEqual(filled(0), ['5. 5.', '5. 5.']);
    assert.deepEqual(filled(1), ['55 ..', '55 ..']);
    assert.deepEqual(filled(2), ['55 55', '.. ..']);
    assert.deepEqual(filled('volume'), ['55 55', '55 55']);
  });

  it('replaces a label that may be painted over, and leaves one that may not', () => {
    const canvas = drawing(['113']);
    assert.equal(
      floodFill(editOf(canvas, { over: 'background' }), canvas.voxels, canvas.grid, [0, 0, 0], 2, 2),
      undefined,
    );
    floodFill(editOf(canvas, { over: [1] }), canvas.voxels, canvas.grid, [0, 0, 0], 2, 2);
    assert.deepEqual(picture(canvas), ['223']);
  });

  it('goes no further than the intensities that may be painted', () => {
    const canvas = drawing(['......']);
    const edit = editOf(canvas, { over: 'anything', intensity: { image: [9, 9, 9, 0, 9, 9], min: 5, max: 10 } });
    floodFill(edit, canvas.voxels, canvas.grid, [1, 0, 0], 4, 2);
    assert.deepEqual(picture(canvas), ['444...']);
  });

  it('changes nothing where the region has the value', () => {
    const canvas = drawing(['11']);
    assert.equal(floodFill(editOf(canvas), canvas.voxels, canvas.grid, [0, 0, 0], 1, 'volume'), undefined);
  });

  it('fills what can be reached step by step', () => {
    const cases = drawings(2).chain((canvas) => {
      return fc.tuple(fc.constant(canvas), voxelIn(canvas.grid), fc.oneof(planes, fc.constant('volume' as const)));
    });
    fc.assert(
      fc.property(cases, ([canvas, seed, plane]) => {
        const before = canvas.voxels.slice();
        const box = floodFill(editOf(canvas), canvas.voxels, canvas.grid, seed, 9, plane);
        const reached = reachable(before, canvas.grid.size, seed, plane);
        for (const [, index] of positions(canvas.grid)) {
          assert.equal(canvas.voxels[index], reached.has(index) ? 9 : before[index]);
        }
        assert.deepEqual(box, boxOfDifference(before, canvas));
      }),
      { numRuns: 300 },
    );
  });
});

function reachable(voxels: Uint8Array, [width, height, depth]: Vec3, seed: Vec3, plane: Axis | 'volume'): Set<number> {
  const reached = new Set<number>();
  const visit = (x: number, y: number, z: number): void => {
    const index = x + width * (y + height * z);
    const isOutside = x < 0 || y < 0 || z < 0 || x >= width || y >= height || z >= depth;
    if (isOutside || reached.has(index) || voxels[index] !== voxels[seed[0] + width * (seed[1] + height * seed[2])])
      return;
    reached.add(index);
    for (const step of [-1, 1]) {
      if (plane !== 0) visit(x + step, y, z);
      if (plane !== 1) visit(x, y + step, z);
      if (plane !== 2) visit(x, y, z + step);
    }
  };
  visit(...seed);
  return reached;
}
