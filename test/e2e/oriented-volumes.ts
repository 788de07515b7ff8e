/** Small NIfTI volumes of one and the same scene, seen along other axes, with other spacings, and tilted. */

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { positionOf, type Geometry, type Vec3 } from './geometry.js';

export interface OrientedVolume {
  /** Of its file: the id of the case and ".nii" or ".nii.gz". */
  readonly file: string;
  /** Towards which side of the patient the index grows along each axis of the file: "LPS" is what DICOM has. */
  readonly axes: string;
  /** Millimetres along each axis of the file. */
  readonly spacing: Vec3;
  /** Degrees by which the axes are turned about R, then about A, then about S. */
  readonly tilt: Vec3;
}

/** Voxels along the axes of each file; no two are equal, so that none is taken for another. */
export const size: Vec3 = [40, 48, 32];

export const orientedVolumes: readonly OrientedVolume[] = [
  { file: 'ras.nii', axes: 'RAS', spacing: [1, 1, 1], tilt: [0, 0, 0] },
  { file: 'lps.nii.gz', axes: 'LPS', spacing: [0.8, 0.8, 5], tilt: [0, 0, 0] },
  { file: 'sagittal.nii.gz', axes: 'PIR', spacing: [1, 0.9, 1.5], tilt: [0, 0, 0] },
  { file: 'coronal.nii', axes: 'LSA', spacing: [1.2, 0.7, 2], tilt: [0, 0, 0] },
  { file: 'oblique.nii.gz', axes: 'LPS', spacing: [0.9, 1.1, 2.5], tilt: [12, -8, 20] },
  { file: 'oblique-sagittal.nii.gz', axes: 'ASL', spacing: [1, 1, 3], tilt: [-10, 15, 5] },
];

/** RAS millimetres of the middle of every volume; not 0, so that a forgotten origin shows. */
const middle: Vec3 = [12, -34, 56];

/** Bright balls in the scene, RAS millimetres from the middle. */
const balls: readonly { readonly centre: Vec3; readonly radius: number; readonly brightness: number }[] = [
  { centre: [-8, 6, 5], radius: 6, brightness: 300 },
  { centre: [9, -7, -6], radius: 4, brightness: 200 },
];

/** Voxel index of the file → RAS millimetres, four rows. */
function affineOf({ axes, spacing, tilt }: OrientedVolume): number[][] {
  const columns = [...axes].map((letter, axis) => {
    const [side, sign] = [Math.max('RAS'.indexOf(letter), 'LPI'.indexOf(letter)), 'RAS'.includes(letter) ? 1 : -1];
    return turned([0, 1, 2].map((row) => (row === side ? sign * spacing[axis]! : 0)) as unknown as Vec3, tilt);
  });
  const rows = [0, 1, 2].map((row) => {
    const directions = columns.map((column) => column[row]!);
    const toMiddle = directions.reduce((sum, step, axis) => sum + (step * (size[axis]! - 1)) / 2, 0);
    // As the file will hold it.
    return [...directions, middle[row]! - toMiddle].map(Math.fround);
  });
  return [...rows, [0, 0, 0, 1]];
}

export function geometryOf(volume: OrientedVolume): Geometry {
  return { size, affine: affineOf(volume) };
}

/** RAS millimetres of a voxel of the file. */
export function worldOf(volume: OrientedVolume, voxel: Vec3): Vec3 {
  return positionOf(geometryOf(volume), voxel);
}

/** What the scene is at a position in RAS millimetres: brighter towards R, A and S, in each by another measure. */
function intensityAt(position: Vec3): number {
  const [x, y, z] = position.map((value, axis) => value - middle[axis]!) as unknown as Vec3;
  const ramp = 100 + x + 2 * y + 0.5 * z;
  return balls.reduce((sum, { centre, radius, brightness }) => {
    const distance = Math.hypot(x - centre[0], y - centre[1], z - centre[2]);
    return sum + brightness / (1 + Math.exp((distance - radius) * 2));
  }, ramp);
}

/** Writes all of them as int16 NIfTI-1 with an sform. */
export async function writeOrientedVolumes(folder: string): Promise<void> {
  for (const volume of orientedVolumes) {
    const bytes = niftiFile(volume);
    await writeFile(path.join(folder, volume.file), volume.file.endsWith('.gz') ? gzipSync(bytes) : bytes);
  }
}

export function niftiFile(volume: OrientedVolume): Uint8Array {
  const start = 352;
  const affine = affineOf(volume);
  const file = new Uint8Array(start + 2 * size[0] * size[1] * size[2]);
  const view = new DataView(file.buffer);
  const floats = (offset: number, values: readonly number[]): void => {
    values.forEach((value, index) => view.setFloat32(offset + 4 * index, value, true));
  };
  view.setInt32(0, 348, true);
  [3, ...size, 1, 1, 1, 1].forEach((value, index) => view.setInt16(40 + 2 * index, value, true));
  view.setInt16(70, 4, true);
  view.setInt16(72, 16, true);
  floats(76, [1, ...volume.spacing]);
  floats(108, [start, 1, 0]);
  view.setUint8(123, 2);
  view.setInt16(254, 1, true);
  floats(280, affine.slice(0, 3).flat());
  file.set(new TextEncoder().encode('n+1'), 344);
  let offset = start;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, offset += 2) {
        view.setInt16(offset, Math.round(intensityAt(worldOf(volume, [i, j, k]))), true);
      }
    }
  }
  return file;
}

function turned(vector: Vec3, tilt: Vec3): Vec3 {
  const result: [number, number, number] = [...vector];
  for (const axis of [0, 1, 2] as const) {
    const [from, to] = [(axis + 1) % 3, (axis + 2) % 3] as [0 | 1 | 2, 0 | 1 | 2];
    const angle = (tilt[axis] * Math.PI) / 180;
    const [a, b] = [result[from], result[to]];
    result[from] = Math.cos(angle) * a - Math.sin(angle) * b;
    result[to] = Math.sin(angle) * a + Math.cos(angle) * b;
  }
  return result;
}
