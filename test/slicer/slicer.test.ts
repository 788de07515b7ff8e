import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../lib/package-root.js';
import { startOrganServer, type OrganServer } from '../fixtures/organ-server.js';
import { labelFolder, organsIn, readTruth, type Organ } from '../fixtures/organs.js';
import { storedIn } from '../fixtures/results.js';

const run = promisify(execFile);

/** Grows each organ of the fixture images from a click; nearly the whole of it. */
const appFile = `
import { AsDiscreted, defineApp, defineModel, EnsureChannelFirstd, GrowFromClicksd, LoadImaged } from 'monailabel';
const keys = 'image';
const organs = (name, labels, more = []) => defineModel({
  name, labels,
  build: ({ classes }) => ({
    type: 'deepedit', description: 'Even organs', dimension: 3,
    infer: {
      preTransforms: [
        LoadImaged({ keys }), EnsureChannelFirstd({ keys }), GrowFromClicksd({ keys, classes, tolerance: 1, reach: 90 }),
      ],
      postTransforms: [AsDiscreted({ keys: 'pred', argmax: true }), ...more],
    },
  }),
});
const models = [
  organs('plain', { spleen: 1, liver: 2, kidney: 3 }),
  organs('odd', { 'a\\\\b "ä"\\n:= c': 7, spleen: 300 }),
  organs('nothing', { spleen: 1 }, [{ name: 'MapLabelValued', keys: 'pred', orig_labels: [1], target_labels: [0] }]),
];
export default defineApp({ name: 'Organs', description: 'For tests', version: '1', models });
`;
const image = path.join(labelFolder, 'image.nii.gz');
const inSpleen = [[16, 6, 9]];
const inLiver = [[8, 14, 7]];

interface Segment extends Organ {
  readonly name: string;
  readonly value: number;
  readonly color: readonly number[];
}

/** A Python that has Slicer's classes; .ci/run installs it below build/. */
async function pythonWithSlicer(): Promise<string | undefined> {
  const installed = path.join(packageRoot, 'build', 'slicer', 'bin', 'python3');
  for (const python of [...(existsSync(installed) ? [installed] : []), 'python3']) {
    const found = await run(python, ['-c', 'import slicer']).then(
      () => true,
      () => false,
    );
    if (found) return python;
  }
  return undefined;
}

describe('3D Slicer opens what the server writes', () => {
  let python: string, server: OrganServer, organs: Readonly<Record<string, Organ>>;
  before(async function () {
    const found = await pythonWithSlicer();
    if (found === undefined) {
      console.log('    left out: no python3 has 3D Slicer’s classes (pip install slicer-core)');
      this.skip();
    }
    python = found;
    server = await startOrganServer(appFile, { image });
    // There the lesion in the liver is not part of it, as here its intensity.
    const row = (await readTruth()).find(({ file }) => file === 'slicer_redrawn.seg.nrrd');
    assert.ok(row?.verdict === 'stored');
    organs = row.organs;
  });
  after(() => server?.close());

  /** What Slicer finds in a `.seg.nrrd`, and value → organ of the same answer as NIfTI. */
  async function answers(
    model: string,
    params: object,
    file = image,
  ): Promise<[Segment[], ReadonlyMap<number, Organ>]> {
    const ask = (extension: string) =>
      server.app.infer({ model, file, params: { ...params, result_extension: extension } });
    const [segmentation, nifti] = [await ask('.seg.nrrd'), await ask('.nii.gz')];
    try {
      const script = path.join(packageRoot, 'test', 'slicer', 'opens.py');
      const { stdout } = await run(python, [script, await storedIn(server.folder, segmentation)]);
      // VTK has words of its own around it.
      const answer = stdout.split('\n').find((line) => line.startsWith('[['));
      return [(JSON.parse(answer!) as Segment[][])[0]!, await organsIn(await storedIn(server.folder, nifti))];
    } finally {
      await Promise.all([segmentation.release(), nifti.release()]);
    }
  }

  /** The same voxels at the same place, which is where the organ was drawn. */
  function isThere(segment: Segment, grown: ReadonlyMap<number, Organ>, organ: Organ): void {
    const { voxels, middle } = grown.get(segment.value)!;
    assert.equal(segment.voxels, voxels, segment.name);
    middle.forEach((mm, axis) => {
      assert.ok(Math.abs(segment.middle[axis]! - mm) < 1e-3, `${segment.name}: ${segment.middle.join()}`);
      assert.ok(Math.abs(organ.middle[axis]! - mm) < 3, `${segment.name}: ${segment.middle.join()}`);
    });
  }

  it('with names, values, colours and places', async () => {
    const [segments, grown] = await answers('plain', { spleen: inSpleen, liver: inLiver });
    assert.deepEqual(
      segments.map(({ name, value, color }) => ({ name, value, color })),
      [
        { name: 'spleen', value: 1, color: [0.616, 0.424, 0.635] },
        { name: 'liver', value: 2, color: [0.867, 0.51, 0.396] },
        { name: 'kidney', value: 3, color: [0.725, 0.4, 0.325] },
      ],
    );
    isThere(segments[0]!, grown, organs['spleen']!);
    isThere(segments[1]!, grown, organs['liver']!);
    assert.equal(segments[2]!.voxels, 0);
  });

  it('compressed, of an image that is NRRD too', async () => {
    const nrrd = path.join(server.folder, 'image.nrrd');
    await server.engine.run('convertImage', { input: image, output: nrrd });
    const [[spleen], grown] = await answers('plain', { spleen: inSpleen, result_compress: true }, nrrd);
    isThere(spleen!, grown, organs['spleen']!);
  });

  it('with large values and odd names', async () => {
    const odd = 'a\\b "ä"\n:= c';
    const [segments, grown] = await answers('odd', { spleen: inSpleen, [odd]: inLiver, restore_label_idx: true });
    assert.deepEqual(
      segments.map(({ name, value }) => [name, value]),
      [
        [odd, 7],
        ['spleen', 300],
      ],
    );
    isThere(segments[0]!, grown, organs['liver']!);
    isThere(segments[1]!, grown, organs['spleen']!);
  });

  it('empty, where nothing was found', async () => {
    const [segments] = await answers('nothing', { spleen: inSpleen });
    assert.deepEqual(
      segments.map(({ name, voxels }) => [name, voxels]),
      [['spleen', 0]],
    );
  });
});
