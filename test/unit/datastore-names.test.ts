import assert from 'node:assert/strict';
import { checkId, checkTag, extensionsOf, splitImageName, splitLabelName } from '../../lib/datastore/local/names.js';

const extensions = extensionsOf(['*.nii', '*.nii.gz', '*.nrrd', '*.png']);

describe('datastore names', () => {
  for (const [name, id, ext] of [
    ['spleen_10.nii.gz', 'spleen_10', '.nii.gz'],
    ['my.case.v1.nii.gz', 'my.case.v1', '.nii.gz'],
    ['1.2.840.113619.2.5.nii', '1.2.840.113619.2.5', '.nii'],
    ['scan.nrrd', 'scan', '.nrrd'],
    ['Größe 5.png', 'Größe 5', '.png'],
    ['UP.NII.GZ', 'UP', '.NII.GZ'],
    ['İ.NII', 'İ', '.NII'],
    ['x.seg.nrrd', 'x', '.seg.nrrd'],
  ] as const) {
    it(`splits ${name}`, () => assert.deepEqual(splitImageName(name, extensions), { id, ext }));
  }

  for (const name of ['notes.txt', '.nii.gz', '._spleen.nii.gz', '__proto__.nii', 'spleen']) {
    it(`does not take ${name} for an image`, () => assert.equal(splitImageName(name, extensions), undefined));
  }

  for (const [name, id, ext] of [
    ['a.nii.gz', 'a', '.nii.gz'],
    ['a.seg.nrrd', 'a', '.seg.nrrd'],
    ['b.seg.nrrd', 'b.seg', '.nrrd'],
    ['a.SEG.NRRD', 'a', '.SEG.NRRD'],
    ['a.json', 'a', '.json'],
  ] as const) {
    it(`gives the label ${name} to image ${id}`, () => {
      const isImage = (each: string): boolean => ['a', 'b.seg'].includes(each);
      assert.deepEqual(splitLabelName(name, extensions, isImage), { id, ext });
    });
  }

  for (const name of [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    '/etc/passwd',
    'a\\b',
    'a\0',
    'a\n',
    '.hidden',
    '__proto__',
    'x'.repeat(200),
  ]) {
    it(`refuses the id and the tag ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.throws(() => checkId(name), { code: 'INVALID_INPUT' });
      assert.throws(() => checkTag(name), { code: 'INVALID_INPUT' });
    });
  }
});
