import type { Edit } from './edit.js';
import { clip, eachAxis, stridesOf, type Box, type Vec3 } from './grid.js';

export interface Brush {
  readonly value: number;
  /** Millimetres. */
  readonly radius: number;
  /** A disc in the slice across this axis (0 sagittal, 1 coronal, 2 axial), or a sphere. */
  readonly plane: 0 | 1 | 2 | 'sphere';
}

/** A spacing that was a float32 in a file must not decide whether a voxel upon the rim belongs to the brush. */
const tolerance = 1 + 1e-6;

/**
 * Paints every voxel whose centre is within the radius of the segment, and, however small the brush, the voxels under
 * the pointer on its way. Positions are continuous voxel coordinates, voxel centres at integers; a disc stays in the
 * slice in which the segment begins. Returns a box around what was painted.
 */
export function paintStroke(edit: Edit, from: Vec3, to: Vec3, brush: Brush): Box {
  const { plane } = brush;
  if (plane === 'sphere') return paintSegment(edit, from, to, brush);
  const inSlice = (position: Vec3): Vec3 =>
    eachAxis((axis) => (axis === plane ? Math.round(from[plane]) : position[axis]));
  return paintSegment(edit, inSlice(from), inSlice(to), brush);
}

function paintSegment(edit: Edit, from: Vec3, to: Vec3, { value, radius, plane }: Brush): Box {
  const { size, spacing } = edit.grid;
  const reach = eachAxis((axis) => (axis === plane ? 0 : (radius * tolerance) / spacing[axis]));
  // Half a voxel more holds the voxels under the pointer too.
  const box = clip(
    {
      min: eachAxis((axis) => Math.floor(Math.min(from[axis] - reach[axis], to[axis] - reach[axis]) + 0.5)),
      max: eachAxis((axis) => Math.floor(Math.max(from[axis] + reach[axis], to[axis] + reach[axis]) + 0.5) + 1),
    },
    size,
  );
  const [, strideY, strideZ] = stridesOf(size);
  const [dx, dy, dz] = eachAxis((axis) => (to[axis] - from[axis]) * spacing[axis]);
  const lengthSquared = dx * dx + dy * dy + dz * dz;
  const inverse = lengthSquared === 0 ? 0 : 1 / lengthSquared;
  const limit = radius * radius * tolerance;
  for (let z = box.min[2]; z < box.max[2]; z++) {
    const pz = (z - from[2]) * spacing[2];
    for (let y = box.min[1]; y < box.max[1]; y++) {
      const py = (y - from[1]) * spacing[1];
      const row = y * strideY + z * strideZ;
      for (let x = box.min[0]; x < box.max[0]; x++) {
        const px = (x - from[0]) * spacing[0];
        const along = Math.min(Math.max((px * dx + py * dy + pz * dz) * inverse, 0), 1);
        const [qx, qy, qz] = [px - along * dx, py - along * dy, pz - along * dz];
        if (qx * qx + qy * qy + qz * qz <= limit) edit.set(row + x, value);
      }
    }
  }
  paintUnderPointer(edit, from, to, value);
  return box;
}

function paintUnderPointer(edit: Edit, from: Vec3, to: Vec3, value: number): void {
  const { size } = edit.grid;
  const [, strideY, strideZ] = stridesOf(size);
  const steps = Math.ceil(Math.max(...eachAxis((axis) => Math.abs(to[axis] - from[axis]))));
  for (let step = 0; step <= steps; step++) {
    const part = steps === 0 ? 0 : step / steps;
    const [x, y, z] = eachAxis((axis) => Math.round(from[axis] + part * (to[axis] - from[axis])));
    const isInside = x >= 0 && y >= 0 && z >= 0 && x < size[0] && y < size[1] && z < size[2];
    if (isInside) edit.set(x + y * strideY + z * strideZ, value);
  }
}
