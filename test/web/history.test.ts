import assert from 'node:assert/strict';
import fc from 'fast-check';
import { paintStroke } from '../../web/src/labelmap/brush.js';
import type { Change } from '../../web/src/labelmap/edit.js';
import { floodFill } from '../../web/src/labelmap/fill.js';
import type { Vec3 } from '../../web/src/labelmap/grid.js';
import { History } from '../../web/src/labelmap/history.js';
import { removeIslands } from '../../web/src/labelmap/islands.js';
import { interpolateSlices } from '../../web/src/labelmap/interpolate.js';
import { drawing, drawings, editOf, isIn, pointers, positions, type Drawing } from './drawings.js';

const plenty = 2 ** 20;

/** Sets voxels of a row one after the other, each in an edit of its own. */
function paintEach({ canvas, history }: { canvas: Drawing; history: History }, values: string): void {
  [...values].forEach((value, index) => {
    const edit = editOf(canvas);
    edit.set(index, Number(value));
    history.push(edit.finish()!);
  });
}

describe('the history', () => {
  it('takes back and does again, latest first', () => {
    const canvas = drawing(['....']);
    const history = new History(canvas.voxels, plenty);
    paintEach({ canvas, history }, '123');
    assert.deepEqual(history.undo(), { min: [2, 0, 0], max: [3, 1, 1] });
    assert.equal(canvas.voxels.join(''), '1200');
    history.undo();
    history.redo();
    assert.equal(canvas.voxels.join(''), '1200');
    history.redo();
    assert.equal(canvas.voxels.join(''), '1230');
    assert.deepEqual([history.canUndo, history.canRedo, history.redo()], [true, false, undefined]);
  });

  it('forgets what was taken back when something new is done', () => {
    const canvas = drawing(['....']);
    const history = new History(canvas.voxels, plenty);
    paintEach({ canvas, history }, '12');
    history.undo();
    const edit = editOf(canvas);
    edit.set(3, 7);
    history.push(edit.finish()!);
    assert.equal(history.canRedo, false);
    history.undo();
    history.undo();
    assert.equal(canvas.voxels.join(''), '0000');
    assert.equal(history.canUndo, false);
  });

  it('forgets everything when it is cleared', () => {
    const canvas = drawing(['....']);
    const history = new History(canvas.voxels, plenty);
    paintEach({ canvas, history }, '12');
    history.undo();
    history.clear();
    assert.deepEqual(
      [history.canUndo, history.canRedo, history.undo(), history.redo()],
      [false, false, undefined, undefined],
    );
  });

  it('forgets the oldest changes beyond its bytes, also one that is too large by itself', () => {
    const canvas = drawing(['....']);
    const each = 3;
    const history = new History(canvas.voxels, 2 * each);
    paintEach({ canvas, history }, '123');
    history.undo();
    history.undo();
    assert.equal(history.canUndo, false);
    assert.equal(canvas.voxels.join(''), '1000');
    const small = new History(canvas.voxels, each - 1);
    paintEach({ canvas, history: small }, '2');
    assert.equal(small.canUndo, false);
  });

  it('restores and repeats any sequence of edits exactly, and says where', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('stroke' as const),
        from: pointers,
        to: pointers,
        value: fc.integer({ min: 0, max: 3 }),
      }),
      fc.record({
        kind: fc.constantFrom('fill' as const, 'islands' as const, 'interpolate' as const),
        value: fc.integer({ min: 1, max: 3 }),
      }),
      fc.record({ kind: fc.constantFrom('undo' as const, 'redo' as const) }),
    );
    fc.assert(
      fc.property(drawings(2), fc.array(step, { maxLength: 12 }), (canvas, steps) => {
        const history = new History(canvas.voxels, plenty);
        // What the drawing was after each change that is done, and after each that was taken back.
        const [done, undone] = [[canvas.voxels.slice()] as Uint8Array[], [] as Uint8Array[]];
        for (const each of steps) {
          if (!('value' in each)) {
            const [from, to] = each.kind === 'undo' ? [done, undone] : [undone, done];
            const possible = each.kind === 'undo' ? done.length > 1 : undone.length > 0;
            const before = canvas.voxels.slice();
            const box = history[each.kind]();
            assert.equal(box !== undefined, possible);
            if (possible) to.push(from.pop()!);
            assert.deepEqual(canvas.voxels, done.at(-1));
            for (const [position, index] of positions(canvas.grid)) {
              if (canvas.voxels[index] !== before[index]) assert.ok(isIn(position, box!));
            }
          } else {
            const change = apply(canvas, each);
            if (change === undefined) continue;
            history.push(change);
            done.push(canvas.voxels.slice());
            undone.length = 0;
          }
          assert.deepEqual([history.canUndo, history.canRedo], [done.length > 1, undone.length > 0]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

type Step =
  | { readonly kind: 'stroke'; readonly from: Vec3; readonly to: Vec3; readonly value: number }
  | { readonly kind: 'fill' | 'islands' | 'interpolate'; readonly value: number };

function apply(canvas: Drawing, step: Step): Change | undefined {
  const { voxels, grid } = canvas;
  const edit = editOf(canvas);
  const { kind, value } = step;
  if (kind === 'stroke') paintStroke(edit, step.from, step.to, { value, radius: 1.5, plane: 'sphere' });
  else if (kind === 'fill') floodFill(edit, voxels, grid, [0, 0, 0], value, 'volume');
  else if (kind === 'islands') removeIslands(edit, voxels, grid, value, 'largest');
  else interpolateSlices(edit, voxels, grid, value, 2);
  return edit.finish();
}
