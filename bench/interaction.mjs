// How long a person waits: clicks beside a long inference, a second request on an image, and what bytes cost on their way
// from the native core: `node bench/interaction.mjs IMAGE WEIGHTS`. IMAGE is a CT, WEIGHTS a state dict of the spleen UNet.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Engine } from '../dist/lib/engine/engine.js';

const [image, weights] = process.argv.slice(2);
const folder = await mkdtemp(path.join(os.tmpdir(), 'interaction-'));
const engine = new Engine();

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const seconds = (value) => `${value.toFixed(3)} s`;
const row = (name, value) => console.log(name.padEnd(64), value.padStart(12));

async function timed(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function times(count, work) {
  const all = [];
  for (let i = 0; i < count; i++) all.push(await timed(() => work(i)));
  return all;
}

const other = path.join(folder, 'other.nii.gz');
await engine.run('writePhantom', { seed: 1, image: other, label: path.join(folder, 'label.nii.gz') });
const { shape } = await engine.run('readHeader', { path: other });

const clickOn = (file) => ({
  image: file,
  device: 'cpu',
  precision: 'float32',
  priority: 'click',
  clicks: [{ index: shape.map((size) => Math.floor(size / 2)), label: 1 }],
  preTransforms: [
    { name: 'LoadImaged', keys: 'image' },
    { name: 'EnsureChannelFirstd', keys: 'image' },
    { name: 'GrowFromClicksd', keys: 'image', classes: 2, tolerance: 40, reach: 20 },
  ],
  invert: true,
  postTransforms: [{ name: 'AsDiscreted', keys: 'pred', argmax: true }],
  output: { extension: '.nii.gz', dtype: 'uint8', compress: true },
});
const click = () => engine.run('infer', clickOn(other));

const unet = {
  name: 'UNet',
  spatial_dims: 3,
  in_channels: 1,
  out_channels: 2,
  channels: [16, 32, 64, 128, 256],
  strides: [2, 2, 2, 2],
  num_res_units: 2,
  norm: 'batch',
};
const infer = (onProgress, roi = 160) =>
  engine.run(
    'infer',
    {
      image,
      device: 'cpu',
      precision: 'float32',
      priority: 'infer',
      network: unet,
      weights,
      preTransforms: [
        { name: 'LoadImaged', keys: 'image' },
        { name: 'EnsureChannelFirstd', keys: 'image' },
        { name: 'Orientationd', keys: 'image', axcodes: 'RAS' },
        { name: 'Spacingd', keys: 'image', pixdim: [1, 1, 1] },
        { name: 'ScaleIntensityRanged', keys: 'image', a_min: -57, a_max: 164, b_min: 0, b_max: 1, clip: true },
      ],
      inferer: { name: 'SlidingWindowInferer', roi_size: roi },
      invert: true,
      postTransforms: [
        { name: 'Activationsd', keys: 'pred', softmax: true },
        { name: 'AsDiscreted', keys: 'pred', argmax: true },
      ],
      output: { path: path.join(folder, 'label.nii.gz'), dtype: 'uint8', compress: true },
    },
    { ...(onProgress && { onProgress }) },
  );

const first = await infer();
row('inference, first request: reading and preparing', seconds(first.latencies.pre));
const second = await infer();
row('inference, second request: reading and preparing', seconds(second.latencies.pre));
row('inference, second request: network', seconds(second.latencies.infer));

row('click on another image, first, nothing else running', seconds(await timed(() => click())));
const idle = median(await times(5, () => click()));
row('click, the same image again, nothing else running', seconds(idle));

// Ten clicks, each when the one before is answered, from the first window on.
const windows = [];
const clicked = [];
let clicks;
const beside = await infer(({ stage, done }) => {
  if (stage !== 'infer') return;
  windows.push(performance.now() / 1000);
  if (done > 0 && clicks === undefined) clicks = times(10, () => click()).then((all) => clicked.push(...all));
});
await clicks;
const lengths = windows.slice(1).map((time, i) => time - windows[i]);
row('one window of the inference (longest of the quiet ones)', seconds(Math.max(...lengths.slice(-3))));
row('click beside the inference, median of ten', seconds(median(clicked)));
row('click beside the inference, longest of ten', seconds(Math.max(...clicked)));
row('inference with ten clicks in it: network', seconds(beside.latencies.infer));

// What the boundary costs: bytes as they are, and as the JSON numbers that they would be.
const picture = () => engine.run('thumbnail', { path: other, size: 512 });
const { pixels } = await picture();
row(`thumbnail of ${pixels.length} pixels`, seconds(median(await times(5, picture))));
row('  its pixels as JSON, written and parsed', seconds(median(await times(5, () => jsonTrip(pixels)))));
/** A mask of the large image, uncompressed; what it costs beyond computing and encoding it. */
async function mask(output) {
  const start = performance.now();
  const answer = await engine.run('infer', {
    ...clickOn(image),
    output: { ...output, dtype: 'uint8', compress: false },
  });
  const file = answer.file ?? (await readFile(output.path));
  const { total, write } = answer.latencies;
  return { bytes: file.length, seconds: (performance.now() - start) / 1000 - total + write };
}
const asBytes = await mask({ extension: '.nii' });
const asFile = await mask({ path: path.join(folder, 'mask.nii') });
row(`mask of ${Math.round(asBytes.bytes / 1e6)} MB as bytes: encoding and crossing`, seconds(asBytes.seconds));
row('  through a file: writing, syncing, reading', seconds(asFile.seconds));

function jsonTrip(bytes) {
  return JSON.parse(JSON.stringify({ pixels: Array.from(bytes) }));
}

await engine.close();
await rm(folder, { recursive: true });
