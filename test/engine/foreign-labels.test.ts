import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readImageHeader } from '../../lib/image/image-header.js';
import { idOf, putLabel, startOrganServer, type OrganServer } from '../fixtures/organ-server.js';
import { labelFolder, organsIn, readTruth, type Organ } from '../fixtures/organs.js';

/** Its model knows spleen 1 and liver 2; nothing is inferred here. */
const appFile = `
import { AsDiscreted, defineApp, defineModel, EnsureChannelFirstd, GrowFromClicksd, LoadImaged } from 'monailabel';
const keys = 'image';
const model = defineModel({
  name: 'organs', labels: { spleen: 1, liver: 2 },
  build: ({ classes }) => ({
    type: 'deepedit', description: 'Even organs', dimension: 3,
    infer: {
      preTransforms: [LoadImaged({ keys }), EnsureChannelFirstd({ keys }), GrowFromClicksd({ keys, classes, tolerance: 1, reach: 90 })],
      postTransforms: [AsDiscreted({ keys: 'pred', argmax: true })],
    },
  }),
});
export default defineApp({ name: 'Organs', description: 'For tests', version: '1', models: [model] });
`;
const images = ['image', 'image_no_codes', 'image_two_forms', 'image_turned_forms', 'image_metres'];

describe('labels that other programs wrote', () => {
  let server: OrganServer;
  before(async () => {
    const files = images.map((name) => [name, path.join(labelFolder, `${name}.nii.gz`)] as const);
    server = await startOrganServer(appFile, Object.fromEntries(files));
  });
  after(() => server.close());

  function placed(image: string): Promise<Response> {
    return fetch(`${server.url}/datastore/label/placed?label=${idOf(image)}&tag=final`);
  }

  /** Value → what the placed label has of it. */
  async function placedOrgans(image: string): Promise<ReadonlyMap<number, Organ>> {
    const answer = await placed(image);
    assert.equal(answer.status, 200);
    const file = path.join(server.folder, 'placed.nii.gz');
    await writeFile(file, Buffer.from(await answer.arrayBuffer()));
    const onImage = await readImageHeader(path.join(labelFolder, image));
    const header = await readImageHeader(file);
    assert.deepEqual([header.shape, header.channels, header.affine], [onImage.shape, 1, onImage.affine]);
    return organsIn(file);
  }

  it('are kept and lie where their authors drew them, or are refused with what was found', async () => {
    // One after the other: each replaces what is there.
    for (const row of await readTruth()) {
      const title = `${row.file} ${JSON.stringify(row.params).slice(0, 80)}`;
      const reply = await putLabel(server, row);
      if (row.verdict === 'refused') {
        assert.equal(reply.status, row.status, `${title}: ${reply.detail}`);
        for (const words of row.says)
          assert.ok(reply.detail!.includes(words), `${title}: "${words}" in ${reply.detail}`);
        continue;
      }
      assert.equal(reply.status, 200, `${title}: ${reply.detail}`);
      if (row.verdict === 'kept') {
        assert.deepEqual(Object.keys(reply.label_values), row.labelValues, title);
        const answer = await placed(row.image);
        assert.equal(answer.status, 422, title);
        assert.ok((await answer.text()).includes(row.says), title);
        continue;
      }
      const found = await placedOrgans(row.image);
      const wanted = new Map(Object.entries(row.organs).map(([name, organ]) => [reply.label_values[name], organ]));
      for (const [value, organ] of Object.entries(row.needsNames)) wanted.set(Number(value), organ);
      assert.deepEqual(reply.needs_names, Object.keys(row.needsNames).map(Number), title);
      assert.deepEqual(
        [...found.keys()],
        [...wanted.keys()].toSorted((a, b) => a! - b!),
        title,
      );
      for (const [value, organ] of wanted)
        isAlike(found.get(value!)!, organ, row.tolerance, `${title}, value ${value}`);
    }
  });
});

function isAlike(found: Organ, wanted: Organ, tolerance: { voxels: number; mm: number }, what: string): void {
  const text = `${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`;
  assert.ok(Math.abs(found.voxels - wanted.voxels) <= tolerance.voxels, text);
  found.middle.forEach((mm, axis) => assert.ok(Math.abs(mm - wanted.middle[axis]!) <= tolerance.mm, text));
}
