/** One number for each axis. Voxel positions and sizes are in RAS order, x fastest in memory. */
export type Vec3 = readonly [number, number, number];

/** How the voxels of a drawing lie: index = x + size[0] · (y + size[1] · z). */
export interface Grid {
  /** Voxels along each axis. */
  readonly size: Vec3;
  /** Millimetres from voxel centre to voxel centre. */
  readonly spacing: Vec3;
}

/** A cuboid of voxels; empty where `max` is not above `min`. */
export interface Box {
  /** The first voxel inside. */
  readonly min: Vec3;
  /** The first voxel beyond. */
  readonly max: Vec3;
}

/** What lies between two neighbours along each axis in memory. */
export function stridesOf(size: Vec3): Vec3 {
  return [1, size[0], size[0] * size[1]];
}

/** The smallest box around both. */
export function unite(a: Box, b: Box): Box {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  return {
    min: eachAxis((axis) => Math.min(a.min[axis], b.min[axis])),
    max: eachAxis((axis) => Math.max(a.max[axis], b.max[axis])),
  };
}

/** What of the box lies inside the grid. */
export function clip({ min, max }: Box, size: Vec3): Box {
  const inside = (value: number, axis: Axis): number => Math.min(Math.max(value, 0), size[axis]);
  return { min: eachAxis((axis) => inside(min[axis], axis)), max: eachAxis((axis) => inside(max[axis], axis)) };
}

/** The smallest box around all voxels of a value; undefined where there is none. */
export function boxAround(voxels: Uint8Array, size: Vec3, value: number): Box | undefined {
  const [width, height] = size;
  let box: Box | undefined;
  for (let first = voxels.indexOf(value); first >= 0;) {
    const row = Math.floor(first / width);
    const next = (row + 1) * width;
    const last = voxels.lastIndexOf(value, next - 1);
    const [y, z] = [row % height, Math.floor(row / height)];
    const inRow: Box = { min: [first % width, y, z], max: [(last % width) + 1, y + 1, z + 1] };
    box = box === undefined ? inRow : unite(box, inRow);
    first = voxels.indexOf(value, next);
  }
  return box;
}

export function isEmpty({ min, max }: Box): boolean {
  return max[0] <= min[0] || max[1] <= min[1] || max[2] <= min[2];
}

export type Axis = 0 | 1 | 2;

export function eachAxis(of: (axis: Axis) => number): Vec3 {
  return [of(0), of(1), of(2)];
}
