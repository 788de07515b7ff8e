/** One number for each axis; voxel positions and sizes are in RAS order, x fastest in memory. */
export type Vec3 = readonly [number, number, number];

/** How the voxels of a drawing lie: index = x + size[0] · (y + size[1] · z). */
export interface Grid {
  /** Voxels along each axis. */
  readonly size: Vec3;
  /** Millimetres from voxel centre to voxel centre. */
  readonly spacing: Vec3;
}

/** A cuboid of voxels; it is empty where a `max` is not above its `min`. */
export interface Box {
  /** The first voxel inside. */
  readonly min: Vec3;
  /** The first voxel beyond. */
  readonly max: Vec3;
}

export declare function unite(a: Box, b: Box): Box;
