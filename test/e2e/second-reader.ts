/** NIfTI label files as somebody else reads them: nifti-reader-js. */

import * as nifti from 'nifti-reader-js';
import type { Geometry, Vec3 } from './geometry.js';

export interface ReadLabel {
  /** Voxels along the axes of the file. */
  readonly size: Vec3;
  /** Voxel index of the file → RAS millimetres, four rows. */
  readonly affine: number[][];
  /** First axis fastest. */
  readonly voxels: Uint8Array;
}

/** Of any NIfTI image. */
export function readGeometry(bytes: Uint8Array): Geometry {
  const file = new Uint8Array(bytes).buffer;
  const { dims, affine } = nifti.readHeader(nifti.isCompressed(file) ? (nifti.decompress(file) as ArrayBuffer) : file);
  return { size: [dims[1]!, dims[2]!, dims[3]!], affine };
}

/** A file of one uint8 volume, gzip or not. Throws for every other. */
export function readLabel(bytes: Uint8Array): ReadLabel {
  const file = new Uint8Array(bytes).buffer;
  const inflated = nifti.isCompressed(file) ? (nifti.decompress(file) as ArrayBuffer) : file;
  if (!nifti.isNIFTI(inflated)) throw new Error('It is no NIfTI file');
  const header = nifti.readHeader(inflated);
  if (header.datatypeCode !== nifti.NIFTI1.TYPE_UINT8) throw new Error(`It has the type ${header.datatypeCode}`);
  const [axes = 0, ...dims] = header.dims;
  const length = (axis: number): number => (axis < axes ? dims[axis]! : 1);
  const size: Vec3 = [length(0), length(1), length(2)];
  const voxels = new Uint8Array(nifti.readImage(header, inflated));
  if (voxels.length !== size[0] * size[1] * size[2]) throw new Error(`It has ${voxels.length} voxels`);
  return { size, affine: header.affine, voxels };
}

/** The values of a label file other than 0, each with where its voxel lies: `positionKey` of RAS millimetres. */
export function valuesByPosition(bytes: Uint8Array): Map<string, number> {
  const { size, affine, voxels } = readLabel(bytes);
  const values = new Map<string, number>();
  voxels.forEach((value, index) => {
    if (value === 0) return;
    const voxel = [index % size[0], Math.floor(index / size[0]) % size[1], Math.floor(index / (size[0] * size[1])), 1];
    const along = (row: number): number => voxel.reduce((sum, each, axis) => sum + affine[row]![axis]! * each, 0);
    values.set(positionKey([along(0), along(1), along(2)]), value);
  });
  return values;
}

/** A position in RAS millimetres as text, to a hundredth: far finer than voxels, coarser than rounding. */
export function positionKey(position: Vec3): string {
  return position.map((value) => (Math.round(value * 100) / 100 + 0).toFixed(2)).join(' ');
}
