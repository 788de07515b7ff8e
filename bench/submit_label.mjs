// Submitting a label of 512×512×200, by this checkout and by another one, in turns: `node bench/submit_label.mjs ../other`.
// The other checkout must be built; the README's figures compare with the commit that checked a label's header only.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const size = [512, 512, 200];
const rounds = 9;

/** A NIfTI of 0.8 × 0.8 × 2 mm; `voxelAt` gives its uint8 or int16 voxels. */
function nifti(type, voxelAt) {
  const bytes = { uint8: 1, int16: 2 }[type];
  const count = size[0] * size[1] * size[2];
  const file = Buffer.alloc(352 + count * bytes);
  file.writeInt32LE(348, 0);
  [3, ...size, 1, 1, 1, 1].forEach((length, axis) => file.writeInt16LE(length, 40 + 2 * axis));
  file.writeInt16LE({ uint8: 2, int16: 4 }[type], 70);
  file.writeInt16LE(8 * bytes, 72);
  [1, 0.8, 0.8, 2].forEach((spacing, axis) => file.writeFloatLE(spacing, 76 + 4 * axis));
  file.writeFloatLE(352, 108);
  file.writeInt16LE(1, 254);
  [0.8, 0.8, 2].forEach((spacing, axis) => file.writeFloatLE(spacing, 280 + 20 * axis));
  file.write('n+1\0', 344);
  for (let index = 0, k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, index++) {
        const voxel = voxelAt(i, j, k);
        if (bytes === 1) file.writeUInt8(voxel, 352 + index);
        else file.writeInt16LE(voxel, 352 + 2 * index);
      }
    }
  }
  return gzipSync(file, { level: 1 });
}

const inBall = (x, y, z, radius) => (i, j, k) => (i - x) ** 2 + (j - y) ** 2 + ((k - z) * 2.5) ** 2 < radius ** 2;
const [spleen, liver] = [inBall(180, 250, 100, 60), inBall(340, 240, 110, 90)];
const image = nifti('int16', (i, j, k) =>
  spleen(i, j, k) ? 110 : liver(i, j, k) ? 60 : -1000 + ((i * 7 + j * 13 + k) % 50),
);
const label = nifti('uint8', (i, j, k) => (spleen(i, j, k) ? 1 : liver(i, j, k) ? 2 : 0));

async function startServer(checkout) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'submit-'));
  await mkdir(path.join(folder, 'studies'));
  await cp(path.join(checkout, 'apps', 'sample'), path.join(folder, 'app'), { recursive: true });
  await writeFile(path.join(folder, 'studies', 'case.nii.gz'), image);
  const args = ['--app', path.join(folder, 'app'), '--studies', path.join(folder, 'studies'), '--port', '0'];
  const server = spawn(process.execPath, [path.join(checkout, 'dist/lib/cli/main.js'), 'start_server', ...args]);
  const url = await new Promise((resolve, reject) => {
    let said = '';
    server.stderr.on('data', (chunk) => {
      said += chunk;
      const found = /Listening on (http:\S+),/.exec(said)?.[1];
      if (found) resolve(found);
    });
    server.once('close', () => reject(new Error(said)));
  });
  return {
    url,
    async stop() {
      server.kill('SIGKILL');
      await once(server, 'close');
      await rm(folder, { recursive: true });
    },
  };
}

async function submit({ url }) {
  const form = new FormData();
  form.set('params', JSON.stringify({ label_info: [{ name: 'spleen' }, { name: 'liver' }] }));
  form.set('label', new Blob([label]), 'case.nii.gz');
  const start = performance.now();
  const reply = await fetch(`${url}/datastore/label?image=case`, { method: 'PUT', body: form });
  if (!reply.ok) throw new Error(await reply.text());
  await reply.arrayBuffer();
  return (performance.now() - start) / 1000;
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const other = process.argv[2];
const servers = [await startServer(path.dirname(import.meta.dirname)), await startServer(path.resolve(other))];
const seconds = [[], []];
// The first of each starts threads and is not counted.
for (const server of servers) await submit(server);
for (let round = 0; round < rounds; round++) {
  for (const [index, server] of servers.entries()) seconds[index].push(await submit(server));
}
for (const server of servers) await server.stop();
const [here, there] = seconds.map(median);
console.log(
  `label of ${size.join('×')}, ${(label.length / 2 ** 20).toFixed(2)} MiB: here ${here.toFixed(3)} s, ` +
    `${other} ${there.toFixed(3)} s, difference ${(here - there).toFixed(3)} s (medians of ${rounds})`,
);
