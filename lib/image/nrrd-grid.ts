/** How many voxels an NRRD file has along which axis, and where they lie; native/core/image/nrrd_grid.cpp has the same rules. */

import { affineFrom, eachAxis, type Affine, type Vec3 } from './affine.js';
import { invalid, numberOf, unsupported, vectorOf, type NrrdFields } from './nrrd-fields.js';

export interface NrrdGrid {
  readonly shape: Vec3;
  readonly channels: number;
  readonly affine: Affine;
}

interface Axis {
  readonly size: number;
  readonly kind: string;
  /** Undefined where it has none. */
  readonly direction: readonly number[] | undefined;
  /** NaN where it has none, and so for the minimum. */
  readonly spacing: number;
  readonly min: number;
  readonly isNode: boolean;
}

const spatialKinds = ['', 'domain', 'space', 'none', '???'];
/** The space of files that name none. */
const lps: Vec3 = [-1, -1, 1];

export function nrrdGrid(fields: NrrdFields, path: string): NrrdGrid {
  const space = spaceOf(fields);
  let axes = axesOf(fields, path);
  const isDirected = axes.some(({ direction }) => direction !== undefined);
  if (isDirected) axes = withoutTime(axes, path);
  const channel = channelAxis(axes, isDirected, path);
  if (channel !== undefined && channel > 0 && channel < axes.length - 1) {
    const where = `on axis ${channel + 1}, between those in space; they can be read on the first or the last axis`;
    unsupported(path, `has its channels ${where}`);
  }
  const spatial = axes.filter((_, axis) => axis !== channel);
  const [i, j, k] = spatial;
  if (i === undefined || j === undefined) invalid(path, 'does not have two or three axes in space');
  return {
    shape: [i.size, j.size, k?.size ?? 1],
    channels: channel === undefined ? 1 : axes[channel]!.size,
    affine: affineOf(fields, space, spatial, isDirected, path),
  };
}

interface Space {
  /** Signs that take it to RAS. */
  readonly signs: Vec3;
  /** Numbers of a vector; undefined: the vectors say it. */
  readonly dimensions: number | undefined;
}

function spaceOf(fields: NrrdFields): Space {
  const given = fields.lowerCase('space');
  if (given === '') {
    const dimensions = Number(fields.text('space dimension'));
    return { signs: lps, dimensions: dimensions >= 1 && dimensions <= 8 ? Math.trunc(dimensions) : undefined };
  }
  const name = given.replace(/^(rast|last|lpst)$/, (short) => short.slice(0, 3)).replace(/-time$/, '');
  const dimensions = name === given ? 3 : 4;
  if (name === 'ras' || name === 'right-anterior-superior') return { signs: [1, 1, 1], dimensions };
  if (name === 'las' || name === 'left-anterior-superior') return { signs: [-1, 1, 1], dimensions };
  return { signs: lps, dimensions };
}

function axesOf(fields: NrrdFields, path: string): Axis[] {
  const sizes = fields.words('sizes').map((word) => {
    const size = /^\d+$/.test(word) ? Number(word) : 0;
    return Number.isSafeInteger(size) && size > 0 ? size : invalid(path, `has the size "${word}"`);
  });
  if (sizes.length === 0) invalid(path, 'has no sizes');
  const dimension = fields.text('dimension');
  if (dimension !== '' && dimension !== String(sizes.length)) {
    invalid(path, `says dimension ${dimension} and gives ${sizes.length} sizes`);
  }
  if (sizes.length < 2 || sizes.length > 4) unsupported(path, `an NRRD file of ${sizes.length} axes cannot be read`);
  const perAxis = (name: string): string[] => {
    const words = fields.words(name);
    const fits = words.length === 0 || words.length === sizes.length;
    return fits ? words : invalid(path, `has ${sizes.length} axes and ${words.length} ${name}`);
  };
  const numbers = (name: string): number[] =>
    perAxis(name).map((word) => numberOf(word) ?? invalid(path, `"${word}" is not a number`));
  const kinds = perAxis('kinds');
  const [spacings, mins] = [numbers('spacings'), numbers('axis mins')];
  const centers = perAxis(fields.has('centers') ? 'centers' : 'centerings');
  const directions = perAxis('space directions');
  return sizes.map((size, axis) => ({
    size,
    kind: (kinds[axis] ?? '').toLowerCase(),
    direction: directions[axis] === undefined ? undefined : vectorOf(directions[axis], path),
    spacing: spacings[axis] ?? NaN,
    min: mins[axis] ?? NaN,
    isNode: centers[axis]?.toLowerCase() === 'node',
  }));
}

/** The fourth direction of a space with time leaves the place as it is. */
function withoutTime(axes: readonly Axis[], path: string): Axis[] {
  const time = axes.find(({ direction: d }) => d?.length === 4 && d.slice(0, 3).every((part) => part === 0));
  if (time !== undefined && time.size > 1) {
    unsupported(path, `has ${time.size} points in time; give a file of one of them`);
  }
  return axes.filter((axis) => axis !== time);
}

/** The axis that does not lie in space; the last of four where nothing says which. */
function channelAxis(axes: readonly Axis[], isDirected: boolean, path: string): number | undefined {
  const lies = ({ direction, kind }: Axis): boolean =>
    isDirected ? direction !== undefined : spatialKinds.includes(kind);
  const [channel, ...others] = axes.flatMap((axis, index) => (lies(axis) ? [] : [index]));
  if (others.length > 0) {
    invalid(path, `has ${others.length + 1} axes that do not lie in space; one, of channels, can be read`);
  }
  if (channel !== undefined) return channel;
  if (axes.length < 4) return undefined;
  if (isDirected) invalid(path, 'gives four axes a direction; three can lie in space');
  const empty = axes.findIndex(({ spacing }) => Number.isNaN(spacing));
  const hasSpacings = axes.some(({ spacing }) => !Number.isNaN(spacing));
  return hasSpacings && empty >= 0 ? empty : 3;
}

function affineOf(fields: NrrdFields, space: Space, axes: readonly Axis[], isDirected: boolean, path: string): Affine {
  const [x, y, z, origin] = isDirected ? fromDirections(axes, space, path) : fromSpacings(axes);
  // Without directions the axes are those of LPS, while the origin is in the space that is named.
  const axisSigns = isDirected ? space.signs : lps;
  const inRas = (vector: Vec3, signs = axisSigns): Vec3 => eachAxis((row) => signs[row] * vector[row]);
  const given = fields.has('space origin') ? vectorOf(fields.text('space origin'), path) : undefined;
  const place = given === undefined ? inRas(origin) : inRas(threeOf(given, space, path), space.signs);
  return affineFrom([inRas(x), inRas(y), inRas(z)], place);
}

/** Three steps and the origin, in the file's own space. */
type Columns = readonly [Vec3, Vec3, Vec3, Vec3];

function fromDirections(axes: readonly Axis[], space: Space, path: string): Columns {
  const [x, y, z] = axes.map(({ direction }) => threeOf(direction!, space, path));
  return [x!, y!, z ?? normalOf(x!, y!), [0, 0, 0]];
}

function fromSpacings(axes: readonly Axis[]): Columns {
  const step = eachAxis((axis) => axes[axis]?.spacing ?? NaN).map((value) => (Number.isNaN(value) ? 1 : value));
  const along = (axis: number): Vec3 => eachAxis((row) => (row === axis ? step[axis]! : 0));
  const isPlaced = axes.every(({ min }) => !Number.isNaN(min));
  const origin = eachAxis((axis) => {
    const [found, half] = [axes[axis], step[axis]! / 2];
    // The first cell begins at its minimum, so that its centre lies half a step further.
    return isPlaced && found !== undefined ? found.min + (found.isNode ? 0 : half) : 0;
  });
  return [along(0), along(1), along(2), origin];
}

/** The numbers of a vector of two dimensions or more, as three. */
function threeOf(vector: readonly number[], { dimensions }: Space, path: string): Vec3 {
  const isWrong = vector.length < 2 || vector.length > 4 || vector.length !== (dimensions ?? vector.length);
  if (isWrong) invalid(path, `has a vector of ${vector.length} numbers in a space of ${dimensions ?? 3} dimensions`);
  return eachAxis((row) => vector[row] ?? 0);
}

/** The direction that a plane leaves open. */
function normalOf(a: Vec3, b: Vec3): Vec3 {
  const cross: Vec3 = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const length = Math.hypot(...cross);
  return eachAxis((row) => cross[row] / length);
}
