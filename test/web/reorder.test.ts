import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Vec3 } from '../../web/src/labelmap/grid.js';
import { toFileOrder, toRasOrder } from '../../web/src/labelmap/reorder.js';

/** All 48 ways in which the axes of a file can lie along those of RAS. */
const axisOrders: Vec3[] = (
  [
    [1, 2, 3],
    [1, 3, 2],
    [2, 1, 3],
    [2, 3, 1],
    [3, 1, 2],
    [3, 2, 1],
  ] as const
).flatMap(([a, b, c]) => {
  return [1, -1].flatMap((x) => [1, -1].flatMap((y) => [1, -1].map((z): Vec3 => [x * a, y * b, z * c])));
});

describe('the order of voxels', () => {
  it('of a file that lies as LPS is turned about', () => {
    const file = Uint8Array.from([1, 2, 3, 4, 5, 6]);
    assert.deepEqual([...toRasOrder(file, [-1, -2, 3], [3, 2, 1])], [6, 5, 4, 3, 2, 1]);
  });

  it('of a file of sagittal slices: rows run along y, slices along x', () => {
    // In the file: two voxels from front to back, three upwards, one slice to the right.
    const file = Uint8Array.from([1, 2, 3, 4, 5, 6]);
    assert.deepEqual([...toRasOrder(file, [3, -1, 2], [2, 3, 1])], [2, 1, 4, 3, 6, 5]);
  });

  it('there are 48 orders', () => {
    assert.equal(new Set(axisOrders.map(String)).size, 48);
  });

  for (const permRAS of axisOrders) {
    it(`${permRAS.join(' ')}: every voxel goes where it belongs, and back`, () => {
      const length = fc.integer({ min: 1, max: 7 });
      fc.assert(
        fc.property(fc.tuple(length, length, length), (sizeFile) => {
          const file = Uint8Array.from({ length: sizeFile[0] * sizeFile[1] * sizeFile[2] }, (_, index) => index % 251);
          const ras = toRasOrder(file, permRAS, sizeFile);
          const sizeRas = permRAS.map((axis) => sizeFile[Math.abs(axis) - 1]!) as unknown as Vec3;
          let index = 0;
          for (let z = 0; z < sizeRas[2]; z++) {
            for (let y = 0; y < sizeRas[1]; y++) {
              for (let x = 0; x < sizeRas[0]; x++) {
                assert.equal(ras[index++], file[fileIndex([x, y, z], permRAS, sizeFile)]);
              }
            }
          }
          assert.deepEqual(toFileOrder(ras, permRAS, sizeFile), file);
          assert.deepEqual(toRasOrder(toFileOrder(file, permRAS, sizeFile), permRAS, sizeFile), file);
        }),
        { numRuns: 20 },
      );
    });
  }
});

function fileIndex(ras: Vec3, permRAS: Vec3, sizeFile: Vec3): number {
  const position = [0, 0, 0];
  permRAS.forEach((axis, index) => {
    const to = Math.abs(axis) - 1;
    position[to] = axis > 0 ? ras[index]! : sizeFile[to]! - 1 - ras[index]!;
  });
  return position[0]! + sizeFile[0] * (position[1]! + sizeFile[1] * position[2]!);
}
