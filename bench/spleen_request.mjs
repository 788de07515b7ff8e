// A spleen request from image file to label file, ours and MONAI Label's chain in Python, one after the other.
//
//   node bench/spleen_request.mjs PYTHON WEIGHTS IMAGE…
//
// PYTHON has torch and monai; WEIGHTS is a state dict of the spleen UNet. Prints seconds and peak memory with the ratio to
// the peer, and fails when the two label files differ in size by more than a thousandth.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [python, weights, ...images] = process.argv.slice(2);
const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
const run = (program, args) => execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

console.log(
  'image'.padEnd(28),
  'ours'.padStart(10),
  'MONAI'.padStart(10),
  'ratio'.padStart(7),
  'our peak'.padStart(10),
  'its peak'.padStart(10),
  'ratio'.padStart(7),
);
for (const image of images) {
  const ours = run(path.join(root, 'build', 'core_bench'), [
    'infer',
    image,
    weights,
    path.join(folder, 'ours.nii.gz'),
    '1',
  ]);
  const peer = JSON.parse(
    run(python, [
      path.join(root, 'bench', 'peer', 'spleen_request.py'),
      image,
      weights,
      path.join(folder, 'peer.nii.gz'),
    ]),
  );
  const answer = JSON.parse(ours.split('\n')[0]);
  const peak = Number(/peak (\d+) MiB/.exec(ours)[1]);
  const seconds = answer.latencies.total;
  const voxels = answer.counts['1'] ?? 0;
  console.log(
    path.basename(image).padEnd(28),
    `${seconds.toFixed(2)} s`.padStart(10),
    `${peer.total.toFixed(2)} s`.padStart(10),
    `${(peer.total / seconds).toFixed(2)}×`.padStart(7),
    `${peak} MiB`.padStart(10),
    `${peer.peakMiB} MiB`.padStart(10),
    `${(peer.peakMiB / peak).toFixed(2)}×`.padStart(7),
  );
  console.log('  ours ', JSON.stringify({ ...answer.latencies, transform: undefined }));
  console.log('  MONAI', JSON.stringify({ ...peer, total: undefined, peakMiB: undefined, voxels: undefined }));
  if (Math.abs(voxels - peer.voxels) > 1e-3 * Math.max(voxels, peer.voxels))
    throw new Error(`${voxels} voxels, MONAI ${peer.voxels}`);
}
rmSync(folder, { recursive: true });
