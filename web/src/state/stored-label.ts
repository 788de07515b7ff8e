import type { PlacedLabel } from '../api/types.js';
import { readLabelFile } from '../labelmap/label-file.js';
import { toRasOrder } from '../labelmap/reorder.js';
import { toSlots, valuesIn } from '../labelmap/slots.js';
import type { ImageGeometry } from '../viewer/geometry.js';
import { labelsOf, type Label, type ModelLabels } from './labels.js';

/** What a stored label brings to a drawing: slots in RAS order. Throws where it cannot be shown. */
export function readPlaced(
  { bytes, label_values: named }: Pick<PlacedLabel, 'bytes' | 'label_values'>,
  geometry: ImageGeometry,
  models: ModelLabels,
): { labels: readonly Label[]; voxels: Uint8Array } {
  const voxels = voxelsOnGrid(bytes, geometry);
  const labels = labelsOf(models, valuesIn(voxels), named);
  const values = labels.map(({ value }) => value);
  return { labels, voxels: toRasOrder(toSlots(voxels, values), geometry.permRAS, geometry.sizeFile) };
}

/** Values of a model's result in RAS order: k from 1 for the k-th of its labels. Throws where it is not on the image's grid. */
export function readResult(bytes: Uint8Array, geometry: ImageGeometry): Uint8Array {
  const voxels = voxelsOnGrid(bytes, geometry);
  const highest = valuesIn(voxels).at(-1) ?? 0;
  const inOrder = Array.from({ length: highest }, (_, index) => index + 1);
  return toRasOrder(toSlots(voxels, inOrder), geometry.permRAS, geometry.sizeFile);
}

export function sameSize(a: readonly number[], b: readonly number[]): boolean {
  return a.every((length, axis) => length === b[axis]);
}

function voxelsOnGrid(bytes: Uint8Array, { sizeFile }: ImageGeometry): Uint8Array | Int32Array {
  const { size, voxels } = readLabelFile(bytes);
  if (!sameSize(size, sizeFile)) throw new Error(`It has ${size.join('×')} voxels, the image ${sizeFile.join('×')}`);
  return voxels;
}
