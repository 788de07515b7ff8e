import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Edit, type PaintRule } from '../../web/src/labelmap/edit.js';
import { boxOfDifference, drawing, drawings, editOf, picture } from './drawings.js';

describe('an edit', () => {
  const rules: readonly [title: string, rule: PaintRule, painted: string][] = [
    ['over anything', { over: 'anything' }, '9999'],
    ['over background', { over: 'background' }, '9123'],
    ['over listed values', { over: [0, 2] }, '9193'],
    ['over no value', { over: [] }, '.123'],
    ['within intensities', { over: 'anything', intensity: { image: [-5, 0, 40, 41], min: 0, max: 40 } }, '.993'],
    ['over background within intensities', { over: [1], intensity: { image: [0, 7, 7, 7], min: 0, max: 9 } }, '.923'],
  ];
  for (const [title, rule, painted] of rules) {
    it(`paints ${title}`, () => {
      const canvas = drawing(['.123']);
      const edit = editOf(canvas, rule);
      for (let index = 0; index < 4; index++) edit.set(index, 9);
      assert.deepEqual(picture(canvas), [painted]);
    });
  }

  it('is no change where every voxel is as before', () => {
    const canvas = drawing(['.1.']);
    const edit = editOf(canvas);
    edit.set(1, 1);
    edit.set(0, 4);
    edit.set(0, 0);
    assert.equal(edit.finish(), undefined);
  });

  it('knows the box of what changed', () => {
    const paint = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(drawings(2), fc.array(paint, { maxLength: 6 }), (canvas, paints) => {
        const before = canvas.voxels.slice();
        const edit = editOf(canvas);
        for (const { at, value } of paints) edit.set(at % before.length, value);
        const box = edit.finish()?.box;
        const exact = boxOfDifference(before, canvas);
        assert.equal(box === undefined, exact === undefined);
        if (box === undefined || exact === undefined) return;
        assert.ok(exact.min.every((start, axis) => box.min[axis]! <= start && start >= 0));
        assert.ok(exact.max.every((end, axis) => box.max[axis]! >= end && box.max[axis]! <= canvas.grid.size[axis]!));
      }),
    );
  });

  it('keeps a change small, whatever the size of the image', () => {
    const size = [512, 512, 40] as const;
    const edit = new Edit(new Uint8Array(512 * 512 * 40), { size, spacing: [1, 1, 1] }, { over: 'anything' });
    for (let z = 10; z < 20; z++) for (let x = 100; x < 200; x++) edit.set(x + 512 * (300 + 512 * z), 3);
    const change = edit.finish()!;
    assert.deepEqual(change.box, { min: [100, 300, 10], max: [200, 301, 20] });
    assert.ok(change.runs.length < 100);
  });
});
