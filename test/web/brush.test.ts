import assert from 'node:assert/strict';
import fc from 'fast-check';
import { paintStroke, type Brush } from '../../web/src/labelmap/brush.js';
import type { Vec3 } from '../../web/src/labelmap/grid.js';
import { boxOfDifference, drawing, drawings, editOf, isIn, picture, planes, pointers, positions } from './drawings.js';

const empty = '....... ....... ....... ....... .......';

describe('the brush', () => {
  const strokes: readonly [title: string, spacing: Vec3, from: Vec3, to: Vec3, radius: number, painted: string][] = [
    ['a dot', [1, 1, 1], [3, 2, 0], [3, 2, 0], 0.1, '....... ....... ...1... ....... .......'],
    ['one voxel around', [1, 1, 1], [3, 2, 0], [3, 2, 0], 1, '....... ...1... ..111.. ...1... .......'],
    ['two voxels around', [1, 1, 1], [3, 2, 0], [3, 2, 0], 2, '...1... ..111.. .11111. ..111.. ...1...'],
    ['rows are far apart', [1, 2, 1], [3, 2, 0], [3, 2, 0], 2, '....... ...1... .11111. ...1... .......'],
    [
      'upon the rim despite rounding',
      [0.8, 0.8, 1],
      [3, 2, 0],
      [3, 2, 0],
      2.4,
      '.11111. .11111. 1111111 .11111. .11111.',
    ],
    ['between two voxels', [1, 1, 1], [3.5, 2, 0], [3.5, 2, 0], 0.6, '....... ....... ...11.. ....... .......'],
    ['a stroke', [1, 1, 1], [1, 2, 0], [5, 2, 0], 1, '....... .11111. 1111111 .11111. .......'],
    ['a fast stroke of a fine brush', [1, 1, 1], [0, 0, 0], [6, 3, 0], 0.1, '1...... .11.... ...11.. .....11 .......'],
    ['beside the image', [1, 1, 1], [-1, 2, 0], [-1, 2, 0], 1.5, '....... 1...... 1...... 1...... .......'],
    ['far away', [1, 1, 1], [-9, 2, 0], [-9, 2, 0], 1, empty],
  ];
  for (const [title, spacing, from, to, radius, painted] of strokes) {
    it(`paints a disc: ${title}`, () => {
      const canvas = drawing([empty], spacing);
      paintStroke(editOf(canvas), from, to, { value: 1, radius, plane: 2 });
      assert.deepEqual(picture(canvas), [painted]);
    });
  }

  it('paints a sphere through slices, a disc in one', () => {
    const slices = ['... ... ...', '... ... ...', '... ... ...'];
    const [sphere, disc] = [drawing(slices), drawing(slices)];
    const radius = 1;
    paintStroke(editOf(sphere), [1, 1, 1], [1, 1, 1], { value: 1, radius, plane: 'sphere' });
    paintStroke(editOf(disc), [1, 1.2, 1], [1, 1.2, 1], { value: 1, radius, plane: 1 });
    assert.deepEqual(picture(sphere), ['... .1. ...', '.1. 111 .1.', '... .1. ...']);
    assert.deepEqual(picture(disc), ['... .1. ...', '... 111 ...', '... .1. ...']);
  });

  it('paints what its definition says, by asking every voxel', () => {
    const brushes = fc.record({
      value: fc.integer({ min: 0, max: 3 }),
      radius: fc.double({ min: 0.01, max: 12, noNaN: true }),
      plane: fc.oneof(planes, fc.constant('sphere' as const)),
    });
    fc.assert(
      fc.property(drawings(3), pointers, pointers, brushes, (canvas, from, to, brush) => {
        const before = canvas.voxels.slice();
        const box = paintStroke(editOf(canvas), from, to, brush);
        for (const [position, index] of positions(canvas.grid)) {
          const inBrush = isInBrush(position, from, to, brush, canvas.grid.spacing);
          if (inBrush !== undefined) assert.equal(canvas.voxels[index], inBrush ? brush.value : before[index]);
        }
        const changed = boxOfDifference(before, canvas);
        assert.ok(
          changed === undefined || (isIn(changed.min, box) && changed.max.every((end, axis) => end <= box.max[axis]!)),
        );
      }),
      { numRuns: 500 },
    );
  });
});

/** Undefined where rounding may decide. */
function isInBrush(voxel: Vec3, from: Vec3, to: Vec3, { radius, plane }: Brush, spacing: Vec3): boolean | undefined {
  const slice = plane === 'sphere' ? undefined : Math.round(from[plane]);
  if (plane !== 'sphere' && voxel[plane] !== slice) return false;
  const flat = (position: Vec3): number[] => position.map((value, axis) => (axis === plane ? slice! : value));
  const [a, b] = [flat(from), flat(to)];
  const steps = Math.ceil(Math.max(...a.map((start, axis) => Math.abs(b[axis]! - start))));
  for (let step = 0; step <= steps; step++) {
    const at = a.map((start, axis) => start + (steps === 0 ? 0 : step / steps) * (b[axis]! - start));
    if (at.every((value, axis) => Math.round(value) === voxel[axis])) return true;
  }
  const distance = distanceToSegment(voxel, a, b, spacing);
  return Math.abs(distance - radius) < 1e-5 * radius ? undefined : distance < radius;
}

function distanceToSegment(voxel: Vec3, from: readonly number[], to: readonly number[], spacing: Vec3): number {
  const away = (part: number): number => {
    return Math.hypot(
      ...voxel.map((value, axis) => (value - from[axis]! - part * (to[axis]! - from[axis]!)) * spacing[axis]!),
    );
  };
  // The distance to a point of the segment is convex along it.
  let [low, high] = [0, 1];
  for (let round = 0; round < 100; round++) {
    const third = (high - low) / 3;
    if (away(low + third) < away(high - third)) high -= third;
    else low += third;
  }
  return away((low + high) / 2);
}
