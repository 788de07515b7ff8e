import type { Vec3 } from './grid.js';
import { labelValues } from './label-values.js';
import { labelHeader, makeHeader, readNifti, type Affine } from './nifti.js';
import type { LabelVoxels } from './slots.js';

/** Where the label lies: the header of the image's NIfTI file (more bytes may follow), or its size and affine. */
export type GeometrySource = { readonly header: Uint8Array } | { readonly size: Vec3; readonly affine: Affine };

/**
 * Voxels of a NIfTI file in the order of the file, first axis fastest. `bytes` are not gzip. Throws with a reason for
 * people where the file is none, is damaged, or holds no label.
 */
export function readLabelFile(bytes: Uint8Array): {
  size: Vec3;
  voxels: Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
} {
  const found = readNifti(bytes);
  if (found === undefined) throw new Error('The label file is no NIfTI file');
  const { size, stored } = found;
  return { size, voxels: labelValues(stored, size[0] * size[1] * size[2]) };
}

/**
 * A NIfTI file, not gzip, of `voxels` in the order of the image's file. With the image's header all that says where the
 * voxels lie is copied byte for byte.
 */
export function writeLabelFile(source: GeometrySource, voxels: LabelVoxels): Uint8Array<ArrayBuffer> {
  const header = labelHeader(
    'header' in source ? source.header : makeHeader(source.size, source.affine),
    typeOf(voxels),
  );
  const [x, y, z] = header.size;
  if (voxels.length !== x * y * z) throw new Error(`${voxels.length} voxels are not ${header.size.join(' × ')}`);
  const file = new Uint8Array(header.bytes.length + voxels.byteLength);
  file.set(header.bytes);
  const data = file.subarray(header.bytes.length);
  data.set(new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength));
  const width = voxels.BYTES_PER_ELEMENT;
  // Processors of today are little-endian.
  if (header.isBigEndian) for (let at = 0; at < data.length; at += width) data.subarray(at, at + width).reverse();
  return file;
}

function typeOf(voxels: LabelVoxels): 'uint8' | 'uint16' | 'int32' {
  if (voxels instanceof Uint8Array) return 'uint8';
  return voxels instanceof Uint16Array ? 'uint16' : 'int32';
}
