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
  const copy = (x: number, length: number, y: number, z: number): void => {
    let from = first[0] + x * steps[0] + first[1] + y * steps[1] + first[2] + z * steps[2];
    const start = x + size[0] * (y + size[1] * z);
    const row = result.subarray(start, start + length);
    if (steps[0] === 1) row.set(source.subarray(from, from + length));
    else for (let to = 0; to < length; to++, from += steps[0]) row[to] = source[from]!;
  };
  // Where rows of the result are not rows of the source, cubes keep what is read together in the processor's cache.
  const edge = Math.abs(steps[0]) === 1 ? Math.max(...size) : 32;
  for (let z0 = 0; z0 < size[2]; z0 += edge) {
    for (let y0 = 0; y0 < size[1]; y0 += edge) {
      for (let x0 = 0; x0 < size[0]; x0 += edge) {
        const end = eachAxis((axis) => Math.min([x0, y0, z0][axis]! + edge, size[axis]));
        for (let z = z0; z < end[2]; z++) for (let y = y0; y < end[1]; y++) copy(x0, end[0] - x0, y, z);
      }
    }
  }
  return result;
}
