import assert from 'node:assert/strict';
import type { Vec3 } from '../../../web/src/labelmap/grid.js';
import { keptLabels, labelsOf, namedLabels, slotOfName, withLabels } from '../../../web/src/state/labels.js';
import { models } from './parts.js';

const numbers = (labels: readonly { name: string; value: number }[]): [string, number][] => {
  return labels.map(({ name, value }) => [name, value]);
};

describe('labels of a case', () => {
  it('are those of the models, under their own numbers, where nothing is stored', () => {
    assert.deepEqual(numbers(labelsOf(models, [], {})), [...models]);
  });

  it('keep the numbers and the spelling of the file, whichever the models have', () => {
    const labels = labelsOf(models, [1, 2, 5], { kidney: 1, Liver: 5, heart: 2 });
    assert.deepEqual(numbers(labels), [
      ['spleen', 6],
      ['Liver', 5],
      ['kidney', 1],
      ['heart', 2],
    ]);
  });

  it('are called by their value where nobody named it', () => {
    const labels = labelsOf(models, [-1, 1, 7], { spleen: 1 });
    assert.deepEqual(numbers(labels), [
      ['spleen', 1],
      ['liver', 2],
      ['label -1', -1],
      ['label 7', 7],
    ]);
    assert.deepEqual(
      labels.filter(({ isNamed }) => !isNamed).map(({ value }) => value),
      [-1, 7],
    );
  });

  it('have colours that can be told apart, also a hundred of them', () => {
    const named = Object.fromEntries(Array.from({ length: 104 }, (_, index) => [`organ ${index}`, index + 1]));
    const colours = labelsOf([], Object.values(named), named).map(({ colour }) => colour);
    const distance = ([r, g, b]: Vec3, other: Vec3): number => Math.hypot(r - other[0], g - other[1], b - other[2]);
    const nearest = colours.flatMap((colour, index) => colours.slice(0, index).map((other) => distance(colour, other)));
    assert.equal(colours.length, 104);
    assert.ok(Math.min(...nearest) > 20, `${Math.min(...nearest)}`);
  });

  it('never have a number twice', () => {
    const both = [
      ['spleen', 1],
      ['liver', 1],
      ['kidney', 1],
    ] as const;
    assert.deepEqual(
      labelsOf(both, [9], {}).map(({ value }) => value),
      [1, 10, 11, 9],
    );
  });

  it('leave unpainted ones out where a drawing cannot hold all', () => {
    const named = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`part ${index + 1}`, index + 1]));
    const labels = labelsOf(models, [299, 300], named);
    assert.equal(labels.length, 255);
    for (const value of [299, 300]) assert.ok(labels.some((label) => label.value === value));
  });

  it('keep their slots when a model brings new ones', () => {
    const labels = keptLabels([{ name: 'liver', isNamed: true, value: 1 }]);
    assert.deepEqual(numbers(withLabels(labels, models)), [
      ['liver', 1],
      ['spleen', 2],
    ]);
    assert.equal(withLabels(labels, [['Liver', 4]]), labels);
  });

  describe('named by a person', () => {
    const labels = labelsOf(models, [7], {});
    const slot = slotOfName(labels, 'label 7');

    it('keep their number', () => {
      const { labels: named, slotOf } = namedLabels(labels, slot, 'kidney', () => false);
      assert.deepEqual(numbers(named).at(-1), ['kidney', 7]);
      assert.equal(slotOf, undefined);
    });

    it('take the place of an unpainted label of that name', () => {
      const { labels: named, slotOf } = namedLabels(labels, slot, 'Spleen', (each) => each === slot);
      assert.deepEqual(numbers(named), [
        ['liver', 2],
        ['Spleen', 7],
      ]);
      assert.deepEqual([...slotOf!.subarray(0, 4)], [0, 1, 1, 2]);
    });

    it('are refused the name of a painted one', () => {
      assert.throws(() => namedLabels(labels, slot, 'spleen', () => true), /a label spleen in this case already/);
    });
  });
});
