import type { Grid, Vec3 } from '../labelmap/grid.js';

/** How an image lies in memory and in space, and how its voxels read. */
export interface ImageGeometry {
  /** The image in RAS order, the order of the drawing. */
  readonly grid: Grid;
  /** Voxel counts in the order of the file, first axis fastest. */
  readonly sizeFile: Vec3;
  /** For each RAS axis its axis of the file, from 1, negative where they run against each other. */
  readonly permRAS: Vec3;
  /** Voxel index of the file → RAS millimetres, four rows. */
  readonly affine: readonly (readonly number[])[];
}

/**
 * RAS voxel index → voxel index [i, j, k] of the file, as clicks go over the wire.
 */
export function toFileIndex(voxel: Vec3, { permRAS, sizeFile }: ImageGeometry): Vec3 {
  const file: [number, number, number] = [0, 0, 0];
  permRAS.forEach((axis, ras) => {
    const to = Math.abs(axis) - 1;
    file[to] = axis > 0 ? voxel[ras]! : sizeFile[to]! - 1 - voxel[ras]!;
  });
  return file;
}

/** RAS millimetres of a RAS voxel index, by the affine that the viewer took from the header. */
export function toMillimetres(voxel: Vec3, geometry: ImageGeometry): Vec3 {
  const [i, j, k] = toFileIndex(voxel, geometry);
  const row = (r: number): number => {
    const [a = 0, b = 0, c = 0, d = 0] = geometry.affine[r] ?? [];
    return a * i + b * j + c * k + d;
  };
  return [row(0), row(1), row(2)];
}

/** The nearest voxel inside the grid. */
export function nearestVoxel(position: Vec3, { size }: Grid): Vec3 {
  const clip = (axis: number): number => Math.min(Math.max(Math.round(position[axis]!), 0), size[axis]! - 1);
  return [clip(0), clip(1), clip(2)];
}

export function isInside(position: Vec3, { size }: Grid): boolean {
  return position.every((value, axis) => value >= -0.5 && value < size[axis]! - 0.5);
}
