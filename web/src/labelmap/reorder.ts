import { eachAxis, stridesOf, type Vec3 } from './grid.js';

/**
 * Voxels of a drawing (RAS order) in the order of the file, as a new array. `permRAS`: for each RAS axis its axis of
 * the file, from 1, negative where they run against each other; `sizeFile`: voxels along the axes of the file.
 */
export function toFileOrder(drawing: Uint8Array, permRAS: Vec3, sizeFile: Vec3): Uint8Array<ArrayBuffer> {
  const sizeRas = eachAxis((axis) => sizeFile[Math.abs(permRAS[axis]) - 1]!);
  const permFile: [number, number, number] = [0, 0, 0];
  permRAS.forEach((axis, ras) => (permFile[Math.abs(axis) - 1] = Math.sign(axis) * (ras + 1)));
  return reorder(drawing, sizeRas, permFile);
}

/** Voxels in the order of a file in RAS order, as a new array; the inverse of `toFileOrder`. */
export function toRasOrder(fileVoxels: Uint8Array, permRAS: Vec3, sizeFile: Vec3): Uint8Array<ArrayBuffer> {
  return reorder(fileVoxels, sizeFile, permRAS);
}

/** `perm`: for each axis of the result its axis of the source, from 1, negative where they run against each other. */
function reorder(source: Uint8Array, sourceSize: Vec3, perm: Vec3): Uint8Array<ArrayBuffer> {
  const sourceStrides = stridesOf(sourceSize);
  const size = eachAxis((axis) => sourceSize[Math.abs(perm[axis]) - 1]!);
  const steps = eachAxis((axis) => Math.sign(perm[axis]) * sourceStrides[Math.abs(perm[axis]) - 1]!);
  const first = eachAxis((axis) => (perm[axis] < 0 ? -steps[axis] * (size[axis] - 1) : 0));
  const result = new Uint8Array(source.length);
  let to = 0;
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++, to += size[0]) {
      let from = first[0] + first[1] + y * steps[1] + first[2] + z * steps[2];
      if (steps[0] === 1) {
        result.set(source.subarray(from, from + size[0]), to);
      } else {
        for (let x = 0; x < size[0]; x++, from += steps[0]) result[to + x] = source[from]!;
      }
    }
  }
  return result;
}
