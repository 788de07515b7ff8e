import type { Vec3 } from './grid.js';
import { labelValues } from './label-values.js';
import { labelHeader, makeHeader, readNifti, type Affine } from './nifti.js';
import { readNrrd } from './nrrd.js';

/** Where the label lies: the header of the image's NIfTI file (more bytes may follow), or its size and affine. */
export type GeometrySource = { readonly header: Uint8Array } | { readonly size: Vec3; readonly affine: Affine };

/**
 * Voxels of a NIfTI or NRRD file in the order of the file, first axis fastest. `bytes` are not gzip as a whole. Rejects
 * with a reason for people where the file is neither, is damaged, or holds no label.
 */
export async function readLabelFile(bytes: Uint8Array): Promise<{ size: Vec3; voxels: Uint8Array<ArrayBuffer> }> {
  const found = readNifti(bytes) ?? (await readNrrd(bytes));
  if (found === undefined) throw new Error('The label file is neither NIfTI nor NRRD');
  const { size, stored } = found;
  return { size, voxels: labelValues(stored, size[0] * size[1] * size[2]) };
}

/**
 * A NIfTI file, not gzip, of uint8 `voxels` in the order of the image's file. With the image's header all that says
 * where the voxels lie is copied byte for byte.
 */
export function writeLabelFile(source: GeometrySource, voxels: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = labelHeader('header' in source ? source.header : makeHeader(source.size, source.affine));
  const [x, y, z] = header.size;
  if (voxels.length !== x * y * z) throw new Error(`${voxels.length} voxels are not ${header.size.join(' × ')}`);
  const file = new Uint8Array(header.bytes.length + voxels.length);
  file.set(header.bytes);
  file.set(voxels, header.bytes.length);
  return file;
}
