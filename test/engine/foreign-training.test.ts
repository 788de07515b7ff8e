import assert from 'node:assert/strict';
import path from 'node:path';
import { idOf, putLabel, startOrganServer, type OrganServer } from '../fixtures/organ-server.js';
import { organsApp } from '../fixtures/organs-app.js';
import { labelFolder, organsIn, readTruth } from '../fixtures/organs.js';
import { fileOf } from '../fixtures/results.js';

/** Slicer's, out of order and of the other form of the header; ITK's on an image without form codes; a crop. */
const files = [
  'slicer_redrawn.seg.nrrd',
  'slicer_two_forms_cropped.seg.nrrd',
  'itk_no_codes.nii.gz',
  'itk_cropped.nii.gz',
];

describe('a model trained on labels of other programs', () => {
  let server: OrganServer;
  before(async () => {
    const images = ['image', 'image_no_codes', 'image_two_forms'];
    const paths = images.map((name) => [name, path.join(labelFolder, `${name}.nii.gz`)] as const);
    server = await startOrganServer(organsApp, Object.fromEntries(paths));
  });
  after(() => server.close());

  for (const file of files) {
    it(`puts the organs where ${file} has them`, async () => {
      const row = (await readTruth()).find((each) => each.file === file)!;
      assert.ok(row.verdict === 'stored');
      const image = idOf(row.image);
      assert.equal((await putLabel(server, row)).status, 200);
      await server.app.trainNow('organs', { max_epochs: 60, val_split: 0, pretrained: false, device: 'cpu' });
      await server.app.datastore.removeLabel(image, 'final');

      const result = await server.app.infer({ model: 'organs', image, params: { result_extension: '.nii.gz' } });
      const found = await organsIn(fileOf(result));
      await result.release();
      for (const [name, value] of [
        ['spleen', 1],
        ['liver', 2],
      ] as const) {
        const [organ, truth] = [found.get(value), row.organs[name]!];
        const what = `${name}: ${JSON.stringify(organ)}, not ${JSON.stringify(truth)}`;
        assert.ok(organ !== undefined && Math.abs(organ.voxels / truth.voxels - 1) < 0.2, what);
        organ.middle.forEach((mm, axis) => assert.ok(Math.abs(mm - truth.middle[axis]!) < 3, what));
      }
    });
  }
});
