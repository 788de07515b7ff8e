/** Where the voxels of an image lie, computed from its header alone: nothing of the page takes part in it. */

export type Vec3 = readonly [number, number, number];
type Axis = 0 | 1 | 2;

export interface Geometry {
  /** Voxels along the axes of the file. */
  readonly size: Vec3;
  /** Voxel index of the file → RAS millimetres, four rows. */
  readonly affine: readonly (readonly number[])[];
}

/** A pane is named by what lies across it: 0 sagittal, 1 coronal, 2 axial. */
export type Across = Axis;

export function eachAxis<Value>(of: (axis: Axis) => Value): readonly [Value, Value, Value] {
  return [of(0), of(1), of(2)];
}

/** RAS millimetres of a voxel of the file. */
export function positionOf({ affine }: Geometry, voxel: Vec3): Vec3 {
  return eachAxis((row) => affine[row]!.reduce((sum, step, axis) => sum + step * (voxel[axis] ?? 1), 0));
}

/** The voxel of the file nearest to a position. */
export function voxelAt({ affine }: Geometry, position: Vec3): Vec3 {
  const column = (axis: Axis): Vec3 => eachAxis((row) => affine[row]![axis]!);
  const [a, b, c] = eachAxis(column);
  const offset = eachAxis((row) => position[row] - affine[row]![3]!);
  const whole = determinant(a, b, c);
  return eachAxis((axis) => {
    const [x, y, z] = eachAxis((each) => (each === axis ? offset : column(each)));
    return Math.round(determinant(x, y, z) / whole) + 0;
  });
}

export function spacingOf({ affine }: Geometry): Vec3 {
  return eachAxis((axis) => Math.hypot(...eachAxis((row) => affine[row]![axis]!)));
}

/** The axis of the file that runs most towards a side of the patient: across the pane of that number. */
export function fileAxis({ affine }: Geometry, across: Across): Axis {
  const along = ([0, 1, 2] as const).map(
    (axis) => Math.abs(affine[across]![axis]!) / spacingOf({ size: [1, 1, 1], affine })[axis],
  );
  return along.indexOf(Math.max(...along)) as Axis;
}

export interface Stroke {
  readonly from: Vec3;
  /** Where it ends, if it does not stay where it begins. */
  readonly to?: Vec3;
  /** Millimetres. */
  readonly radius: number;
  /** The pane where it lies in one slice; undefined for a brush in 3-D. */
  readonly across?: Across;
}

/** All voxels of the file whose middle lies within the radius of the stroke. */
export function voxelsOf(geometry: Geometry, stroke: Stroke): Vec3[] {
  const found: Vec3[] = [];
  forDistances(geometry, stroke, (voxel, distance) => {
    if (distance <= stroke.radius) found.push(voxel);
  });
  return found;
}

/** Of the radii, the one whose rim is the farthest from all voxels: a pointer that is a little off paints the same. */
export function clearRadius(geometry: Geometry, stroke: Omit<Stroke, 'radius'>, radii: readonly number[]): number {
  const margins = radii.map(() => Infinity);
  forDistances(geometry, stroke, (_, distance) => {
    radii.forEach((radius, index) => (margins[index] = Math.min(margins[index]!, Math.abs(distance - radius))));
  });
  return radii[margins.indexOf(Math.max(...margins))]!;
}

function forDistances(
  geometry: Geometry,
  { from, to = from, across }: Omit<Stroke, 'radius'>,
  visit: (voxel: Vec3, distance: number) => void,
): void {
  const spacing = spacingOf(geometry);
  const fixed = across === undefined ? undefined : fileAxis(geometry, across);
  const [first, end] = [
    eachAxis((axis) => (axis === fixed ? from[axis] : 0)),
    eachAxis((axis) => (axis === fixed ? from[axis] + 1 : geometry.size[axis])),
  ];
  const millimetres = (a: Vec3, b: Vec3): Vec3 => eachAxis((axis) => (b[axis] - a[axis]) * spacing[axis]);
  const along = millimetres(from, to);
  const square = dot(along, along);
  for (let k = first[2]; k < end[2]; k++) {
    for (let j = first[1]; j < end[1]; j++) {
      for (let i = first[0]; i < end[0]; i++) {
        const offset = millimetres(from, [i, j, k]);
        const part = square === 0 ? 0 : Math.min(Math.max(dot(offset, along) / square, 0), 1);
        visit([i, j, k], Math.hypot(...eachAxis((axis) => offset[axis] - part * along[axis])));
      }
    }
  }
}

function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function determinant(a: Vec3, b: Vec3, c: Vec3): number {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1]);
}
