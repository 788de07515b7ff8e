import assert from 'node:assert/strict';
import { classesOf, meaningOf, overlapOf, type LabelFacts } from '../../lib/app/label-meaning.js';
import type { Info } from '../../lib/datastore/datastore.js';
import type { Segment } from '../../lib/image/segments.js';

const spleenModel = { background: 0, spleen: 1 };
const organs = { spleen: 1, liver: 2, left_kidney: 5 };
const models = [spleenModel, organs];

/** A label whose layers hold these values. */
function facts(...layers: number[][]): LabelFacts {
  const counts = layers.map((values) => Object.fromEntries(values.map((value) => [value, 10])));
  return { placement: 'same', layers: counts, overlaps: [], vanished: [] };
}

const one = { name: 'spleen', idx: 1 };
const listed = (...entries: (string | [string, number])[]): Info => ({
  label_info: entries.map((entry) => (typeof entry === 'string' ? { name: entry } : { name: entry[0], idx: entry[1] })),
});

describe('the meaning of a label', () => {
  for (const [title, values, info, names, unnamed] of [
    ['label_values says it outright', [3, 9], { label_values: { spleen: 9, liver: 3 } }, { spleen: 9, liver: 3 }, []],
    ['label_values wins over label_info', [1], { label_values: { liver: 1 }, label_info: [one] }, { liver: 1 }, []],
    ['what label_values leaves out needs names', [1, 7, 9], { label_values: { liver: 1 } }, { liver: 1 }, [7, 9]],
    ['positions of label_info where all values are some', [1, 2], listed(['a', 7], ['b', 9]), { a: 1, b: 2 }, []],
    ['a position that is painted nowhere', [1], listed(['liver', 4], ['spleen', 5]), { liver: 1, spleen: 2 }, []],
    ['else idx, where all values are some', [4, 9], listed(['liver', 4], ['spleen', 9]), { liver: 4, spleen: 9 }, []],
    ['idx of one label', [2], listed(['spleen', 2]), { spleen: 2 }, []],
    ['else in ascending order, where there are as many', [255], listed(['spleen', 1]), { spleen: 255 }, []],
    ['ascending means by number', [10, 9, 300], listed('a', 'b', 'c'), { a: 9, b: 10, c: 300 }, []],
    ['a list that fits in no way', [3, 7, 9], listed('liver', 'spleen'), {}, [3, 7, 9]],
    ['the background has no position', [1], listed(['background', 0], ['spleen', 1]), { spleen: 1 }, []],
    ['nor has it a name', [1], { label_values: { Background: 0, spleen: 1 } }, { spleen: 1 }, []],
    ['an empty label about something', [], listed('spleen'), { spleen: 1 }, []],
    ['no names: the numbers of a model', [1], {}, { spleen: 1 }, []],
    ['no names: those of the model that has them all', [1, 5], {}, { spleen: 1, left_kidney: 5 }, []],
    ['no names, and a number that no model has', [1, 3], {}, {}, [1, 3]],
    ['a mask of 255 about which nobody said anything', [255], {}, {}, [255]],
    ['negative values are values', [-1024, 1], { label_values: { spleen: 1 } }, { spleen: 1 }, [-1024]],
    ['two values of one name become one', [1, 2], listed('Left Kidney', 'left_kidney'), { 'Left Kidney': 1 }, []],
    [
      'a proposal of an older server',
      [2],
      { params: { label_names: { liver: 6, spleen: 3 } } },
      { spleen: 1, liver: 2 },
      [],
    ],
  ] as [string, number[], Info, Record<string, number>, number[]][]) {
    it(title, () => {
      const meaning = meaningOf(facts(values), info, models);
      assert.deepEqual(Object.fromEntries(meaning.labelValues), names);
      assert.deepEqual(meaning.needsNames, unnamed);
    });
  }

  it('refuses names that cannot be understood', () => {
    const refusals: [Info, RegExp][] = [
      [{ label_info: 'spleen' }, /^label_info: must be a list of labels/],
      [{ label_values: { spleen: 'one' } }, /^label_values: must be an object of names and whole numbers/],
      [{ label_values: { spleen: 1, liver: 1 } }, /^label_values: spleen and liver have the same value 1/],
    ];
    for (const [info, message] of refusals) {
      assert.throws(() => meaningOf(facts([1]), info, models), { code: 'INVALID_INPUT', message });
    }
  });
});

describe('the meaning of a .seg.nrrd', () => {
  const segment = (name: string, value: number, layer = 0): Segment => ({ name, value, layer });
  const file = (segments: Segment[], ...layers: number[][]): LabelFacts => ({ ...facts(...layers), segments });

  it('is what the file says, whatever was sent along', () => {
    const meaning = meaningOf(
      file([segment('spleen', 2), segment('liver', 1)], [1, 2]),
      listed('spleen', 'liver'),
      models,
    );
    assert.deepEqual(Object.fromEntries(meaning.labelValues), { liver: 1, spleen: 2 });
    assert.deepEqual(classesOf(meaning, spleenModel), [{ layer: 0, value: 2, target: 1, name: 'spleen' }]);
  });

  it('gives a number of its own to a value that two layers use', () => {
    const meaning = meaningOf(file([segment('spleen', 1, 0), segment('lesion', 1, 1)], [1], [1]), {}, models);
    assert.deepEqual(meaning.values, [
      { layer: 0, value: 1, target: 1, name: 'spleen' },
      { layer: 1, value: 1, target: 2, name: 'lesion' },
    ]);
  });

  it('takes one name in two layers for one label', () => {
    const meaning = meaningOf(file([segment('spleen', 1, 0), segment('spleen', 4, 1)], [1], [4]), {}, models);
    assert.deepEqual(
      meaning.values.map(({ target }) => target),
      [1, 1],
    );
  });

  it('needs a name for a value that is no segment, which may be given later', () => {
    const withStray = file([segment('spleen', 1)], [1, 6]);
    assert.deepEqual(meaningOf(withStray, listed('spleen', 'liver'), models).needsNames, [6]);
    const named = meaningOf(withStray, { label_values: { liver: 6 } }, models);
    assert.deepEqual([named.needsNames, Object.fromEntries(named.labelValues)], [[], { spleen: 1, liver: 6 }]);
  });

  it('lets a value that no segment names be named by the number that is shown for it', () => {
    const segments = [{ name: 'liver', value: 1, layer: 0 }];
    const label: LabelFacts = { ...facts([1], [1]), segments };
    assert.deepEqual(meaningOf(label, {}, models).needsNames, [2]);
    const named = meaningOf(label, { label_values: { spleen: 2 } }, models);
    assert.deepEqual(named.needsNames, []);
    assert.deepEqual(Object.fromEntries(named.labelValues), { liver: 1, spleen: 2 });
    assert.deepEqual(classesOf(named, spleenModel), [{ layer: 1, value: 1, target: 1, name: 'spleen' }]);
  });

  it('takes an entry without a name for none', () => {
    const meaning = meaningOf(facts([1, 2]), listed('spleen', ' '), models);
    assert.deepEqual(meaning.needsNames, [2]);
  });
});

describe('what a label teaches a model', () => {
  it('is classes by name; other organs are background', () => {
    const meaning = meaningOf(facts([3, 9]), { label_values: { 'Left Kidney': 9, pancreas: 3 } }, models);
    assert.deepEqual(
      classesOf(meaning, organs),
      [{ layer: 0, value: 9, target: 3, name: 'left_kidney' }].map((each) => ({
        ...each,
        name: 'Left Kidney',
      })),
    );
  });

  it('is that there is none, where a name of it came along and no voxel has it', () => {
    assert.deepEqual(classesOf(meaningOf(facts([2]), listed('spleen', 'liver'), models), spleenModel), []);
  });

  it('is nothing, where it is about other organs', () => {
    assert.equal(classesOf(meaningOf(facts([1]), listed('liver'), models), spleenModel), undefined);
  });

  it('goes by the own numbers of each model, where nobody named any', () => {
    const meaning = meaningOf(facts([1, 5]), {}, models);
    assert.deepEqual(
      classesOf(meaning, organs)!.map(({ value, target }) => [value, target]),
      [
        [1, 1],
        [5, 3],
      ],
    );
  });

  it('goes by the names of another model, where that has all the numbers and none has two names', () => {
    const spleenAt = (value: number) => ({ spleen: value });
    assert.deepEqual(classesOf(meaningOf(facts([1, 5]), {}, models), spleenModel), [
      { layer: 0, value: 1, target: 1, name: 'spleen' },
    ]);
    const disagreeing = [...models, { liver: 1, spleen: 5 }];
    assert.equal(classesOf(meaningOf(facts([1, 5]), {}, disagreeing), spleenAt(3)), undefined);
  });

  it('has no voxel with two labels that it wants; others may overlap', () => {
    const overlaps = [{ layers: [0, 1], values: [1, 1], voxels: 12 }] as const;
    const segments = [
      { name: 'spleen', value: 1, layer: 0 },
      { name: 'liver', value: 1, layer: 1 },
    ];
    const label: LabelFacts = { ...facts([1], [1]), overlaps, segments };
    const meaning = meaningOf(label, {}, models);
    assert.equal(overlapOf(label, classesOf(meaning, spleenModel)!), undefined);
    assert.equal(
      overlapOf(label, classesOf(meaning, organs)!),
      'spleen and liver overlap in 12 voxels; a voxel can belong to one of them only',
    );
  });
});
