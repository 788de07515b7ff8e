/** NIfTI files as somebody else reads them: nifti-reader-js. */

import * as nifti from 'nifti-reader-js';

export interface ReadVolume {
  /** Voxels along the axes of the file. */
  readonly size: readonly [number, number, number];
  /** Voxel index of the file → RAS millimetres. */
  readonly affine: readonly (readonly number[])[];
  /** First axis fastest. */
  readonly voxels: Uint8Array;
}

/** A file of one uint8 volume, gzip or not. Throws for every other. */
export function readVolume(bytes: Uint8Array): ReadVolume {
  const file = new Uint8Array(bytes).buffer;
  const inflated = nifti.isCompressed(file) ? (nifti.decompress(file) as ArrayBuffer) : file;
  if (!nifti.isNIFTI(inflated)) throw new Error('It is no NIfTI file');
  const header = nifti.readHeader(inflated);
  if (header.datatypeCode !== nifti.NIFTI1.TYPE_UINT8) throw new Error(`It has the type ${header.datatypeCode}`);
  const [axes = 0, x = 1, y = 1, z = 1] = header.dims;
  const size = [x, axes > 1 ? y : 1, axes > 2 ? z : 1] as const;
  const voxels = new Uint8Array(nifti.readImage(header, inflated));
  if (voxels.length !== size[0] * size[1] * size[2]) throw new Error(`It has ${voxels.length} voxels`);
  return { size, affine: header.affine, voxels };
}

/** Where a voxel of the file lies, RAS millimetres. */
export function worldOf(
  { affine }: ReadVolume,
  [i, j, k]: readonly [number, number, number],
): [number, number, number] {
  const along = (row: number): number => {
    const [a = 0, b = 0, c = 0, d = 0] = affine[row] ?? [];
    return a * i + b * j + c * k + d;
  };
  return [along(0), along(1), along(2)];
}
