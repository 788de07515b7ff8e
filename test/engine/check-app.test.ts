import assert from 'node:assert/strict';
import { join } from 'node:path';
import { loadApp } from '../../lib/app/load.js';
import { readApp } from '../../lib/app/read-app.js';
import { Engine } from '../../lib/engine/engine.js';
import { silentLog } from '../../lib/log.js';
import { packageRoot } from '../../lib/package-root.js';
import { spleenModel, TestBench } from '../fixtures/running-app.js';

/** What the core says of an app's specs before anything is served. */
describe('the specs of an app', () => {
  let engine: Engine, bench: TestBench;
  before(() => (engine = new Engine()));
  after(() => engine.close());
  beforeEach(async () => (bench = await TestBench.create()));
  afterEach(() => bench.remove());

  const models = { radiology: ['segmentation_spleen'], sample: ['segmentation_spleen', 'grow_from_clicks'] };
  for (const [name, expected] of Object.entries(models)) {
    it(`are right in the app ${name}`, async () => {
      const app = await readApp(join(packageRoot, 'apps', name), { models: 'all' }, engine);
      assert.deepEqual(app.faults, []);
      assert.deepEqual([...app.models.keys()], expected);
    });
  }

  const load = "preTransforms: [LoadImaged({ keys: 'image' })]";
  const afterLoading = (spec: string): string => `preTransforms: [LoadImaged({ keys: 'image' }), ${spec}]`;
  for (const [what, right, wrong, fault] of [
    [
      'an argument of a transform that is of the wrong kind',
      load,
      afterLoading("{ name: 'Spacingd', keys: 'image', pixdim: 'fine' }"),
      /^model spleen: preTransforms\[1\]: Spacingd: .*pixdim/,
    ],
    [
      'an argument that there is not',
      load,
      afterLoading("{ name: 'Orientationd', keys: 'image', axcodes: 'RAS', axcods: 'LPS' }"),
      /^model spleen: preTransforms\[1\]: Orientationd: .*axcods/,
    ],
    [
      'an argument that is missing',
      "postTransforms: [AsDiscreted({ keys: 'pred', argmax: true })]",
      "postTransforms: [{ name: 'AsDiscreted', argmax: true }]",
      /^model spleen: postTransforms\[0\]: AsDiscreted: .*keys/,
    ],
    [
      'a transform that there is not',
      'trainTransforms: [LoadImaged({ keys })]',
      "trainTransforms: [LoadImaged({ keys }), { name: 'RandFlip', keys }]",
      /^model spleen: trainTransforms\[1\]: .*"RandFlip"/,
    ],
    [
      'a random transform before an inference',
      load,
      afterLoading("{ name: 'RandFlipd', keys: 'image' }"),
      /^model spleen: preTransforms: .*random/,
    ],
    ['a step between levels too few', 'strides: [2]', 'strides: []', /^model spleen: network: UNet: .*strides/],
    [
      'a loss in place of the network',
      /network: UNet\(.*\),/,
      'network: DiceCELoss({ softmax: true }),',
      /^model spleen: network: .*"DiceCELoss".*UNet/,
    ],
    ['a network in place of the loss', 'loss: DiceCELoss(', 'loss: UNet(', /^model spleen: loss: .*"UNet".*DiceCELoss/],
    [
      'a loss with a wrong weight',
      'loss: DiceCELoss({',
      "loss: DiceCELoss({ weight: 'x',",
      /^model spleen: loss: DiceCELoss: .*weight/,
    ],
    [
      'an objective with a wrong mode',
      'optimizer: AdamW({',
      "objective: { name: 'DeepSupervision', weight_mode: 'half' }, optimizer: AdamW({",
      /^model spleen: objective: DeepSupervision: .*weight_mode/,
    ],
    [
      'a schedule that lacks its steps',
      'optimizer: AdamW({',
      "schedule: { name: 'StepLR' }, optimizer: AdamW({",
      /^model spleen: schedule: StepLR: .*step_size/,
    ],
    [
      'two ways to clip at once',
      'optimizer: AdamW({',
      'clipNorm: 1, clipValue: 1, optimizer: AdamW({',
      /^model spleen: .*train: clipNorm and clipValue exclude each other/,
    ],
    ['an optimizer that learns backwards', 'lr: 1e-3', 'lr: -1', /^model spleen: optimizer: AdamW: .*lr/],
    [
      'windows that the network cannot take',
      'inferer: SlidingWindowInferer({ roi_size: [32, 32, 32] })',
      'inferer: SlidingWindowInferer({ roi_size: [32, 32, 31] })',
      /^model spleen: inferer: SlidingWindowInferer: .*roi_size/,
    ],
    [
      'windows of the validation that overlap wholly',
      'validationInferer: SlidingWindowInferer({',
      'validationInferer: SlidingWindowInferer({ overlap: 1,',
      /^model spleen: validationInferer: SlidingWindowInferer: .*overlap/,
    ],
  ] as const) {
    it(`are refused for ${what}`, async () => {
      const text = spleenModel.replace(right, wrong);
      assert.notEqual(text, spleenModel);
      await bench.write('app/models/spleen.ts', text);
      const { faults, models } = await readApp(join(bench.folder, 'app'), {}, engine);
      assert.equal(faults.length, 1);
      assert.match(faults[0]!, fault);
      assert.equal(models.size, 0);
    });
  }

  it('end the start, with all models at fault', async () => {
    await bench.write(
      'app/mine.js',
      `import { DiceLoss } from 'monailabel';
       const infer = { preTransforms: [{ name: 'LoadImaged' }], postTransforms: [] };
       const build = () => ({ type: 'others', description: '', dimension: 3, infer });
       const swapped = () => ({ ...build(), network: DiceLoss({}), infer: { ...infer, inferer: { name: 'SimpleInferer' } } });
       const models = [{ name: 'a', labels: { x: 1 }, build }, { name: 'b', labels: { x: 1 }, build: swapped }];
       export default { name: 'Mine', description: '', version: '1', models, defaultModels: ['all'] };`,
    );
    await bench.write('app/main.ts', "export { default } from './mine.js';");
    const folder = join(bench.folder, 'app');
    const options = { folder, studies: join(bench.folder, 'studies'), conf: {}, engine, log: silentLog, watch: false };
    await assert.rejects(loadApp(options), {
      code: 'INVALID_INPUT',
      message:
        /^The app Mine \(.*\) cannot be served:\n {2}model a: preTransforms\[0\]: .*\n {2}model b: network: .*DiceLoss.*$/,
    });
  });
});
