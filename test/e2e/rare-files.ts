/** Files as people have them, of the scene of oriented-volumes.ts. */

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Vec3 } from './geometry.js';
import { niftiFile, orientedVolumes, size } from './oriented-volumes.js';

const [header, start] = [348, 352];

/** Voxels of nan_ct.nii that are no numbers: a NaN, in the middle, and both infinities. */
const notNumbers: readonly Vec3[] = [
  [20, 24, 16],
  [0, 0, 0],
  [5, 6, 7],
];

export async function writeRareFiles(folder: string): Promise<void> {
  const ras = niftiFile(orientedVolumes[0]!);
  const write = (name: string, bytes: Uint8Array): Promise<void> => writeFile(path.join(folder, name), bytes);
  await write('members.nii.gz', Buffer.concat([gzipSync(ras.subarray(0, 1000)), gzipSync(ras.subarray(1000))]));
  await write('padded.nii.gz', Buffer.concat([gzipSync(ras), Buffer.alloc(512)]));
  const whole = gzipSync(ras);
  await write('truncated.nii.gz', whole.subarray(0, whole.length * 0.7));
  await write('nan_ct.nii', ctWithHoles(ras));
  await write('without_codes.nii', withoutCodes(ras));
  await write('plain.nii', ras);
}

/** The scene in float32, shifted so that its darkest is air. */
function ctWithHoles(ras: Uint8Array): Uint8Array {
  const count = size[0] * size[1] * size[2];
  const file = new Uint8Array(start + 4 * count);
  file.set(ras.subarray(0, start));
  const [from, to] = [new DataView(ras.buffer), new DataView(file.buffer)];
  to.setInt16(70, 16, true);
  to.setInt16(72, 32, true);
  const at = ([i, j, k]: Vec3): number => start + 4 * (i + size[0] * (j + size[1] * k));
  for (let index = 0; index < count; index++) {
    const value = from.getInt16(start + 2 * index, true);
    to.setFloat32(start + 4 * index, value < 60 ? -1000 : value, true);
  }
  notNumbers.forEach((voxel, index) => to.setFloat32(at(voxel), [NaN, Infinity, -Infinity][index]!, true));
  return file;
}

function withoutCodes(ras: Uint8Array): Uint8Array {
  const file = Uint8Array.from(ras);
  const [qformCode, end] = [252, header - 4];
  file.fill(0, qformCode, end);
  return file;
}
