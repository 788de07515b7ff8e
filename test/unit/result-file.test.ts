import assert from 'node:assert/strict';
import { resultFile, type ResultType } from '../../lib/app/result-file.js';
import { segmentColors } from '../../lib/app/segment-colors.js';

function file(labelValues: Record<string, number>, dtype?: ResultType, path = 'a.nii.gz') {
  return resultFile({ target: { path }, dtype, compress: true, labelValues });
}

describe('the file of a result', () => {
  it('has the smallest type that holds the values', () => {
    assert.equal(file({ spleen: 1 }).dtype, 'uint8');
    assert.equal(file({ spleen: 1, liver: 256 }).dtype, 'uint16');
    assert.equal(file({ spleen: 65536 }).dtype, 'int32');
    assert.equal(file({ spleen: 1 }, 'float32').dtype, 'float32');
  });

  it('is refused in a type that does not hold them', () => {
    const message = 'result_dtype: uint8 cannot hold 300, the value of liver; ask for uint16';
    assert.throws(() => file({ spleen: 1, liver: 300 }, 'uint8'), { code: 'INVALID_INPUT', message });
    assert.throws(() => file({ spleen: 128 }, 'int8'), /int8 cannot hold 128/);
    assert.equal(file({ spleen: 127 }, 'int8').dtype, 'int8');
  });

  it('names segments in a .seg.nrrd only', () => {
    const values = { liver: 7, spleen: 9 };
    const segments = file(values, undefined, 'a.seg.nrrd').segments;
    assert.deepEqual(
      segments?.map(({ name, value }) => [name, value]),
      Object.entries(values),
    );
    assert.equal(file(values, undefined, 'a.nrrd').segments, undefined);
  });
});

describe('colours of segments', () => {
  it("are Slicer's for organs, also for one of two sides", () => {
    const [spleen, left] = segmentColors(['Spleen', 'kidney_left']);
    assert.deepEqual(
      [spleen, left],
      [
        [0.616, 0.424, 0.635],
        [0.725, 0.4, 0.325],
      ],
    );
  });

  it('are all different', () => {
    const names = ['kidney_left', 'kidney_right', ...Array.from({ length: 115 }, (_, index) => `structure_${index}`)];
    const colors = segmentColors(names);
    assert.equal(new Set(colors.map(String)).size, names.length);
    assert.ok(colors.flat().every((part) => part >= 0 && part <= 1));
  });
});
