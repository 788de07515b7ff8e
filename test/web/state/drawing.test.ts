import assert from 'node:assert/strict';
import type { Vec3 } from '../../../web/src/labelmap/grid.js';
import { Drawing } from '../../../web/src/state/drawing.js';

const size: Vec3 = [4, 1, 1];

function drawingOf(voxels: readonly number[], byHand: readonly number[] = []): Drawing {
  return new Drawing(Uint8Array.from(voxels), { size, spacing: [1, 1, 1] }, byHand, () => {});
}

function stroke(drawing: Drawing, x: number, slot: number, about = slot): void {
  drawing.beginStroke([x, 0, 0], { slot, radius: 0.1, plane: 2, rule: { over: 'anything' }, about });
  drawing.endStroke();
}

describe('a drawing', () => {
  it('takes strokes and clicks back in their order, and does them again', () => {
    const drawing = drawingOf([0, 0, 0, 0]);
    const click = { label: 'spleen', foreground: true, voxel: [0, 0, 0] } as const;
    stroke(drawing, 0, 1);
    drawing.place({ voxels: Uint8Array.of(0, 1, 1, 0), slots: [2] }, new Set(), [click]);
    assert.deepEqual([[...drawing.voxels], drawing.clicks.value], [[1, 2, 2, 0], [click]]);
    drawing.undo();
    assert.deepEqual([[...drawing.voxels], drawing.clicks.value], [[1, 0, 0, 0], []]);
    drawing.undo();
    assert.deepEqual([...drawing.voxels], [0, 0, 0, 0]);
    assert.equal(drawing.canUndo.value, false);
    drawing.redo();
    drawing.redo();
    assert.deepEqual([[...drawing.voxels], drawing.clicks.value], [[1, 2, 2, 0], [click]]);
    assert.equal(drawing.canRedo.value, false);
  });

  it('gives a model its own labels again, and no voxel of another label', () => {
    const drawing = drawingOf([3, 1, 0, 0]);
    const finding = { voxels: Uint8Array.of(1, 0, 1, 0), slots: [1] };
    assert.equal(drawing.handDrawnIn(finding).size, 0);
    drawing.place(finding, new Set());
    assert.deepEqual([...drawing.voxels], [3, 0, 1, 0]);
  });

  it('knows what a model would take away of what was drawn by hand', () => {
    const drawing = drawingOf([1, 0, 0, 0]);
    stroke(drawing, 1, 1);
    assert.deepEqual([...drawing.handDrawnIn({ voxels: Uint8Array.of(1, 1, 1, 0), slots: [1] })], []);
    const finding = { voxels: Uint8Array.of(0, 0, 1, 0), slots: [1] };
    const lost = drawing.handDrawnIn(finding);
    assert.deepEqual([...lost], [1]);
    drawing.place(finding, lost);
    assert.deepEqual([...drawing.voxels], [1, 1, 1, 0], 'kept, and added to');
    drawing.place(finding, new Set());
    assert.deepEqual([...drawing.voxels], [0, 0, 1, 0]);
    assert.deepEqual([...drawing.handDrawnIn({ voxels: Uint8Array.of(0, 0, 0, 0), slots: [1] })], []);
  });

  it('counts a stored label as drawn by hand, and a correction of a proposal', () => {
    const nothing = { voxels: new Uint8Array(4), slots: [1] };
    assert.deepEqual([...drawingOf([1, 0, 0, 0], [1]).handDrawnIn(nothing)], [1]);
    const drawing = drawingOf([1, 1, 0, 0]);
    stroke(drawing, 0, 0, 1);
    assert.deepEqual([...drawing.handDrawnIn(nothing)], [1]);
  });

  it('gives slots to other labels, which nobody can take back', () => {
    const drawing = drawingOf([0, 2, 3, 0], [3]);
    stroke(drawing, 0, 3);
    const before = drawing.revision.value;
    drawing.renumber(Uint8Array.from({ length: 256 }, (_, slot) => (slot > 1 ? slot - 1 : slot)));
    assert.deepEqual([...drawing.voxels], [2, 1, 2, 0]);
    assert.equal(drawing.canUndo.value, false);
    assert.ok(drawing.revision.value > before);
    assert.deepEqual([...drawing.handDrawnIn({ voxels: new Uint8Array(4), slots: [2] })], [2]);
  });
});
