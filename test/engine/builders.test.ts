import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Engine } from '../../lib/engine/engine.js';
import type { TransformSpec } from '../../lib/engine/types.js';
import { packageRoot } from '../../lib/package-root.js';
import * as builders from '../../lib/pipeline/transforms.js';

type Name = keyof typeof builders;

/** A training puts LoadLabeld in the place of the label's LoadImaged; no app writes it. */
const withoutBuilder = ['LoadLabeld'];

/** Every builder with every argument that it has: the compiler complains about one that is missing, or too many. */
const complete: { readonly [Each in Name]: Required<Parameters<(typeof builders)[Each]>[0]> } = {
  LoadImaged: { keys: 'image' },
  EnsureChannelFirstd: { keys: ['image', 'label'] },
  MapLabelValued: { keys: 'label', orig_labels: [1, 2], target_labels: [2, 1] },
  Orientationd: { keys: 'image', axcodes: 'RAS' },
  Spacingd: {
    keys: 'image',
    pixdim: [1, 1, 2],
    min_pixdim: 1,
    max_pixdim: 2,
    mode: 'nearest',
    ensure_same_shape: false,
  },
  Resized: { keys: ['image', 'label'], spatial_size: [8, 8, 0], mode: ['trilinear', 'nearest'] },
  Flipd: { keys: 'image', spatial_axis: [0, -1] },
  Rotate90d: { keys: 'image', k: 3, spatial_axes: [1, 2] },
  ScaleIntensityRanged: { keys: 'image', a_min: -50, a_max: 250, b_min: 0, b_max: 1, clip: true },
  ScaleIntensityd: { keys: 'image', minv: null, maxv: null, factor: 0.1 },
  NormalizeIntensityd: { keys: 'image', subtrahend: 1, divisor: 2, nonzero: true, channel_wise: true },
  ShiftIntensityd: { keys: 'image', offset: -1 },
  ThresholdIntensityd: { keys: 'image', threshold: 1, above: false, cval: 1 },
  AdjustContrastd: { keys: 'image', gamma: 2, invert_image: true, retain_stats: true },
  GaussianSmoothd: { keys: 'image', sigma: [1, 1, 0.5], approx: 'erf' },
  CropForegroundd: { keys: 'image', source_key: 'image', margin: 1, k_divisible: 16, allow_smaller: true },
  SpatialCropd: { keys: 'image', roi_center: [4, 4, 4], roi_size: 2, roi_start: [0, 0, 0], roi_end: 8 },
  CenterSpatialCropd: { keys: 'image', roi_size: 8 },
  SpatialPadd: { keys: 'image', spatial_size: 8 },
  RandCropByPosNegLabeld: {
    keys: ['image', 'label'],
    label_key: 'label',
    spatial_size: 8,
    pos: 1,
    neg: 2,
    num_samples: 2,
    image_key: 'image',
    image_threshold: 0.5,
    allow_smaller: true,
  },
  RandSpatialCropd: { keys: 'image', roi_size: 8, random_size: true },
  RandFlipd: { keys: 'image', prob: 0.5, spatial_axis: 0 },
  RandRotate90d: { keys: 'image', prob: 0.5, max_k: 2, spatial_axes: [0, 2] },
  RandShiftIntensityd: { keys: 'image', offsets: 0.1, prob: 0.5 },
  RandScaleIntensityd: { keys: 'image', factors: [-0.1, 0.2], prob: 0.5 },
  RandAdjustContrastd: { keys: 'image', prob: 0.5, gamma: [0.8, 1.2], invert_image: true, retain_stats: true },
  RandGaussianNoised: { keys: 'image', prob: 0.5, mean: 0.1, std: 0.2, sample_std: false },
  Activationsd: { keys: 'pred', softmax: true, sigmoid: false },
  AsDiscreted: { keys: 'pred', argmax: true, to_onehot: 2, threshold: 0.5, rounding: 'torchrounding' },
  KeepLargestConnectedComponentd: { keys: 'pred', applied_labels: [1, 2], independent: false, connectivity: 1 },
  GrowFromClicksd: { keys: 'image', classes: 2, tolerance: 10, reach: 50, output_key: 'pred' },
};

const names = Object.keys(complete) as Name[];

/** Builders and the core know the same transforms, each with the same arguments. */
describe('the builders of transforms', () => {
  const sources = join(packageRoot, 'native/core/transforms');
  let engine: Engine;
  before(() => (engine = new Engine()));
  after(() => engine.close());

  const check = (spec: object): Promise<unknown> =>
    engine.run('check', { trainTransforms: [spec as unknown as TransformSpec] });

  it('are those of the list of the core', async () => {
    const list = await readFile(join(sources, 'list.inc'), 'utf8');
    const inCore = [...list.matchAll(/^TRANSFORM\((\w+),/gm)].map(([, name]) => name);
    assert.deepEqual(inCore.sort(), [...Object.keys(builders), ...withoutBuilder].sort());
  });

  it('have no argument that the core does not take', async () => {
    for (const name of names) {
      const spec = (builders[name] as (args: object) => TransformSpec)(complete[name]);
      assert.deepEqual({ ...spec }, { name, ...complete[name] });
      await check(spec);
    }
  });

  it('have every argument that the core takes', async () => {
    // Whatever the core reads by name is a text in its source.
    const texts = new Set<string>();
    for (const file of await readdir(sources)) {
      if (!file.endsWith('.cpp')) continue;
      const source = await readFile(join(sources, file), 'utf8');
      for (const [, text] of source.matchAll(/"([a-z]\w*)"/g)) texts.add(text ?? '');
    }
    assert.ok(texts.has('spatial_axis'));
    texts.delete('name');
    const missing: string[] = [];
    for (const name of names) {
      const others = [...texts].filter((text) => !(text in complete[name]));
      await Promise.all(
        others.map(async (text) => {
          const refused = await check({ name, ...complete[name], [text]: null }).then(
            () => '',
            (error: unknown) => String(error),
          );
          if (!refused.includes(`${name}: ${text} is not an argument it knows`))
            missing.push(`${name}: ${text} ${refused}`);
        }),
      );
    }
    assert.deepEqual(missing, []);
  });
});
