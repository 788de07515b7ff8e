import { readLabelFile } from '../labelmap/label-file.js';
import { toRasOrder } from '../labelmap/reorder.js';
import type { ImageGeometry } from '../viewer/geometry.js';

/** Voxels of a label file in RAS order. Throws where it is not on the grid of the image. */
export async function labelVoxels(bytes: Uint8Array, { permRAS, sizeFile }: ImageGeometry): Promise<Uint8Array> {
  const { size, voxels } = await readLabelFile(bytes);
  if (!sameSize(size, sizeFile)) throw new Error(`It has ${size.join('×')} voxels, the image ${sizeFile.join('×')}`);
  return toRasOrder(voxels, permRAS, sizeFile);
}

export function sameSize(a: readonly number[], b: readonly number[]): boolean {
  return a.every((length, axis) => length === b[axis]);
}
