/** Voxel index → world millimetres, and the orientation that follows from it; native/core/image/affine.cpp has the same. */

type Row = readonly [number, number, number, number];

/** Four rows; maps (i, j, k, 1) to RAS millimetres. */
export type Affine = readonly [Row, Row, Row, Row];

export type Vec3 = readonly [number, number, number];

type Matrix3 = readonly [Vec3, Vec3, Vec3];

/** The letters of each world axis, negative end first. */
const axisLetters = ['LR', 'PA', 'IS'];

const smallestNormal = 2 ** -1022;

export function eachAxis(valueOf: (axis: 0 | 1 | 2) => number): Vec3 {
  return [valueOf(0), valueOf(1), valueOf(2)];
}

/** Of the steps along the three axes, and the place of the first voxel. A zero has no sign in it. */
export function affineFrom(columns: readonly [Vec3, Vec3, Vec3], origin: Vec3): Affine {
  const row = (r: 0 | 1 | 2): Row => [columns[0][r] + 0, columns[1][r] + 0, columns[2][r] + 0, origin[r] + 0];
  return [row(0), row(1), row(2), [0, 0, 0, 1]];
}

/** Millimetres a step along each voxel axis. */
export function spacingOf(affine: Affine): Vec3 {
  return eachAxis((column) => Math.hypot(affine[0][column], affine[1][column], affine[2][column]));
}

export function isInvertible(affine: Affine): boolean {
  const isFinite = affine.every((row) => row.every(Number.isFinite));
  return isFinite && Math.abs(determinant(linearPart(affine))) >= smallestNormal;
}

/**
 * "RAS", "LPS", …: nibabel's io_orientation, on which MONAI's Orientation rests. Undefined for an affine without an
 * inverse.
 */
export function orientationOf(affine: Affine): string | undefined {
  if (!isInvertible(affine)) return undefined;
  const spacing = spacingOf(affine);
  const scaled = linearPart(affine).map((row) => eachAxis((column) => row[column] / spacing[column]));
  const rotation = closestRotation(scaled as unknown as Matrix3).map((row) => [...row]);
  const closeness = eachAxis((axis) => Math.max(...rotation.map((row) => row[axis]! ** 2)));
  // The axis that follows a world axis most closely chooses first.
  const order = ([0, 1, 2] as const).toSorted((a, b) => closeness[b] - closeness[a]);
  const letters = ['', '', ''];
  for (const axis of order) {
    const along = rotation.map((row) => Math.abs(row[axis]!));
    const world = along.indexOf(Math.max(...along));
    letters[axis] = axisLetters[world]![rotation[world]![axis]! < 0 ? 0 : 1]!;
    rotation[world] = [0, 0, 0];
  }
  return letters.join('');
}

function linearPart(affine: Affine): Matrix3 {
  const row = ([x, y, z]: Row): Vec3 => [x, y, z];
  return [row(affine[0]), row(affine[1]), row(affine[2])];
}

function determinant(m: Matrix3): number {
  const cofactors = cofactorsOf(m);
  return m[0][0] * cofactors[0][0] + m[0][1] * cofactors[0][1] + m[0][2] * cofactors[0][2];
}

function cofactorsOf(m: Matrix3): Matrix3 {
  const row = (r: number): Vec3 => {
    const below = m[((r + 1) % 3) as 0 | 1 | 2];
    const above = m[((r + 2) % 3) as 0 | 1 | 2];
    return eachAxis((c) => {
      const next = ((c + 1) % 3) as 0 | 1 | 2;
      const last = ((c + 2) % 3) as 0 | 1 | 2;
      return below[next] * above[last] - below[last] * above[next];
    });
  };
  return [row(0), row(1), row(2)];
}

/** The orthogonal part of the polar decomposition, U·Vᵀ of the singular values, by Newton's iteration. */
function closestRotation(matrix: Matrix3): Matrix3 {
  let rotation = matrix;
  for (let step = 0; step < 100; step++) {
    // The transposed inverse is the cofactors over the determinant.
    const cofactors = cofactorsOf(rotation);
    const scale = determinant(rotation);
    const averaged = (r: 0 | 1 | 2) => eachAxis((c) => (rotation[r][c] + cofactors[r][c] / scale) / 2);
    const next: Matrix3 = [averaged(0), averaged(1), averaged(2)];
    const change = Math.max(...next.flatMap((row, r) => row.map((value, c) => Math.abs(value - rotation[r]![c]!))));
    rotation = next;
    if (change < 1e-14) break;
  }
  return rotation;
}
