/** NRRD headers (https://teem.sourceforge.net/nrrd/format.html); native/core/image/nrrd.cpp has the same rules. */

import { LabelError } from '../errors.js';
import { affineFrom, eachAxis, type Affine, type Vec3 } from './affine.js';
import type { LengthUnit, ParsedHeader, VoxelType } from './image-header.js';

/** Slicer's segmentations carry a few hundred bytes a segment. */
const largestHeader = 4 << 20;

const types = new Map(
  Object.entries({
    int8: ['signed char', 'int8', 'int8_t'],
    uint8: ['uchar', 'unsigned char', 'uint8', 'uint8_t'],
    int16: ['short', 'short int', 'signed short', 'signed short int', 'int16', 'int16_t'],
    uint16: ['ushort', 'unsigned short', 'unsigned short int', 'uint16', 'uint16_t'],
    int32: ['int', 'signed int', 'int32', 'int32_t'],
    uint32: ['uint', 'unsigned int', 'uint32', 'uint32_t'],
    int64: ['longlong', 'long long', 'long long int', 'signed long long', 'int64', 'int64_t'],
    uint64: ['ulonglong', 'unsigned long long', 'unsigned long long int', 'uint64', 'uint64_t'],
    float32: ['float'],
    float64: ['double'],
  } satisfies Record<VoxelType, string[]>).flatMap(([type, names]) =>
    names.map((name) => [name, type as VoxelType] as const),
  ),
);

/** Signs that take a file's space to RAS. */
const signsOfSpace: Readonly<Record<string, Vec3>> = {
  lps: [-1, -1, 1],
  'left-posterior-superior': [-1, -1, 1],
  ras: [1, 1, 1],
  'right-anterior-superior': [1, 1, 1],
  las: [-1, 1, 1],
  'left-anterior-superior': [-1, 1, 1],
};

const spatialKinds = new Set(['domain', 'space']);

export function isNrrd(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 4) === 'NRRD';
}

/** True where no more has to be read: the empty line is there, or the header is longer than any. */
export function hasWholeNrrdHeader(bytes: Buffer): boolean {
  return endOf(bytes) !== undefined || bytes.length > largestHeader;
}

/** Throws INVALID_FILE, or UNSUPPORTED for what NRRD knows and this product does not read. */
export function parseNrrd(bytes: Buffer, path: string): ParsedHeader {
  const end = endOf(bytes);
  const isTooLong = (end ?? bytes.length) > largestHeader;
  if (isTooLong) invalid(path, 'has an NRRD header without an end');
  const { fields, keyValues } = linesOf(bytes.toString('utf8', 0, end));
  if (fields.has('data file') || fields.has('datafile')) {
    unsupported(path, 'an NRRD header with its voxels in another file cannot be read');
  }
  if (end === undefined) invalid(path, 'ends within its NRRD header');

  const dtype = types.get(lower(fields, 'type'));
  if (dtype === undefined) unsupported(path, `voxels of NRRD type "${fields.get('type') ?? ''}" cannot be read`);
  const axes = axesOf(fields, path);
  const bytesPerVoxel = Number(/\d+$/.exec(dtype)![0]) / 8;
  if (bytesPerVoxel > 1) checkEndian(fields, path);
  const count = axes.sizes.reduce((product, size) => product * size, 1);
  const encoding = encodingOf(fields, count, bytesPerVoxel, path);
  checkSkips(fields, encoding.isRaw, path);
  const [i, j, k = 1] = axes.sizes.filter((_, axis) => axis !== axes.channel);
  return {
    format: 'nrrd',
    shape: [i!, j!, k],
    channels: axes.channel === undefined ? 1 : axes.sizes[axes.channel]!,
    dtype,
    affine: affineOf(fields, axes, path),
    units: unitOf(fields),
    keyValues,
    offset: end,
    storedBytes: encoding.storedBytes,
    isGzip: encoding.isGzip,
  };
}

function invalid(path: string, what: string): never {
  throw new LabelError('INVALID_FILE', `${path}: ${what}`);
}

function unsupported(path: string, what: string): never {
  throw new LabelError('UNSUPPORTED', `${path}: ${what}`);
}

/** Where the voxels begin: after the first empty line. */
function endOf(bytes: Buffer): number | undefined {
  const ends = ['\n\n', '\n\r\n'].map((end) => ({ at: bytes.indexOf(end, 0, 'latin1'), length: end.length }));
  const [first] = ends.filter(({ at }) => at >= 0).toSorted((a, b) => a.at - b.at);
  return first && first.at + first.length;
}

type Fields = ReadonlyMap<string, string>;

function linesOf(text: string): { fields: Fields; keyValues: ReadonlyMap<string, string> } {
  const fields = new Map<string, string>();
  const keyValues = new Map<string, string>();
  const [, ...lines] = text.split('\n');
  for (const line of lines.map((each) => each.replace(/\r$/, ''))) {
    const field = line.indexOf(': ');
    const pair = line.indexOf(':=');
    if (line.startsWith('#')) continue;
    if (pair >= 0 && (field < 0 || pair < field)) {
      keyValues.set(unescaped(line.slice(0, pair)), unescaped(line.slice(pair + 2)));
    } else if (field >= 0) {
      fields.set(line.slice(0, field).toLowerCase(), line.slice(field + 2).trim());
    }
  }
  return { fields, keyValues };
}

function unescaped(text: string): string {
  return text.replace(/\\([n\\])/g, (_, escaped) => (escaped === 'n' ? '\n' : '\\'));
}

function lower(fields: Fields, name: string): string {
  return fields.get(name)?.toLowerCase() ?? '';
}

function checkEndian(fields: Fields, path: string): void {
  if (['ascii', 'text', 'txt'].includes(lower(fields, 'encoding'))) return;
  if (!['little', 'big'].includes(lower(fields, 'endian'))) {
    invalid(path, 'does not say whether its voxels are little or big endian');
  }
}

function encodingOf(fields: Fields, count: number, bytesPerVoxel: number, path: string) {
  const size = count * bytesPerVoxel;
  switch (lower(fields, 'encoding')) {
    case 'raw':
      return { storedBytes: size, isGzip: false, isRaw: true };
    case 'gzip':
    case 'gz':
      return { storedBytes: size, isGzip: true, isRaw: false };
    case 'hex':
      return { storedBytes: 2 * size, isGzip: false, isRaw: false };
    case 'ascii':
    case 'text':
    case 'txt':
      // A digit and a blank each, but for the last.
      return { storedBytes: 2 * count - 1, isGzip: false, isRaw: false };
    default:
      return unsupported(path, `the NRRD encoding "${fields.get('encoding') ?? ''}" cannot be read`);
  }
}

function checkSkips(fields: Fields, isRaw: boolean, path: string): void {
  for (const name of ['line skip', 'lineskip', 'byte skip', 'byteskip']) {
    const skip = fields.get(name) ?? '0';
    const isReadable = skip === '0' || (skip === '-1' && name.startsWith('byte') && isRaw);
    if (!isReadable) unsupported(path, `NRRD's ${name} of ${skip} cannot be read`);
  }
}

interface Axes {
  readonly sizes: readonly number[];
  readonly directions: readonly [Vec3, Vec3, Vec3];
  /** Index of the axis that is none of space. */
  readonly channel: number | undefined;
}

function axesOf(fields: Fields, path: string): Axes {
  const given = fields.get('sizes');
  if (given === undefined) invalid(path, 'has no sizes');
  const sizes = wordsOf(given).map((word) => {
    const size = /^\d+$/.test(word) ? Number(word) : 0;
    return Number.isSafeInteger(size) && size > 0 ? size : invalid(path, `has the size "${word}"`);
  });
  const dimension = fields.get('dimension');
  if (dimension !== undefined && dimension !== String(sizes.length)) {
    invalid(path, `says dimension ${dimension} and gives ${sizes.length} sizes`);
  }
  if (sizes.length < 2 || sizes.length > 4) unsupported(path, `an NRRD file of ${sizes.length} axes cannot be read`);

  const perAxis = directionsOf(fields, sizes.length, path);
  const [channel, ...others] = perAxis.flatMap((direction, axis) => (direction === undefined ? [axis] : []));
  if (others.length > 0) invalid(path, 'has two axes without a direction');
  if (channel !== undefined && channel > 0 && channel < sizes.length - 1) {
    unsupported(path, 'a channel axis between the spatial ones cannot be read');
  }
  const [x, y, z = [0, 0, 1] as const, fourth] = perAxis.filter((direction) => direction !== undefined);
  if (x === undefined || y === undefined || fourth !== undefined) {
    invalid(path, 'does not have two or three axes in space');
  }
  return { sizes, directions: [x, y, z], channel };
}

/** A direction for each axis; undefined for the one of the channels. */
function directionsOf(fields: Fields, count: number, path: string): (Vec3 | undefined)[] {
  const directions = fields.get('space directions');
  if (directions !== undefined) {
    const words = wordsOf(directions);
    if (words.length !== count) invalid(path, 'does not give a direction for every axis');
    return words.map((word) => vectorOf(word, path));
  }
  const spacings = wordsOf(fields.get('spacings') ?? '').map(numberOf);
  const channel = channelWithoutDirections(fields, spacings, count);
  let next = 0;
  return Array.from({ length: count }, (_, axis) => {
    if (axis === channel) return undefined;
    const spatial = next++;
    return eachAxis((row) => (row === spatial ? (spacings[axis] ?? 1) : 0));
  });
}

/** The axis whose kind is not one of space, or whose spacing is none; the last of four where nothing says. */
function channelWithoutDirections(
  fields: Fields,
  spacings: readonly (number | undefined)[],
  count: number,
): number | undefined {
  const kinds = wordsOf(lower(fields, 'kinds'));
  const byKind = kinds.findIndex((kind) => !spatialKinds.has(kind) && !/^(\?\?\?|none)$/.test(kind));
  if (kinds.length === count && byKind >= 0) return byKind;
  const bySpacing = spacings.findIndex((spacing) => spacing === undefined);
  if (spacings.length === count && bySpacing >= 0) return bySpacing;
  return count === 4 ? 3 : undefined;
}

function affineOf(fields: Fields, axes: Axes, path: string): Affine {
  const space = lower(fields, 'space') || 'left-posterior-superior';
  const signs = Object.hasOwn(signsOfSpace, space) ? signsOfSpace[space] : undefined;
  if (signs === undefined) unsupported(path, `the space "${space}" is not known`);
  const origin = vectorOf(fields.get('space origin') ?? 'none', path) ?? [0, 0, 0];
  const inRas = (vector: Vec3): Vec3 => eachAxis((row) => signs[row] * vector[row]);
  const [x, y, z] = axes.directions;
  return affineFrom([inRas(x), inRas(y), inRas(z)], inRas(origin));
}

/** `space units: "mm" "mm" "mm"` */
function unitOf(fields: Fields): LengthUnit {
  const unit = /"(.*?)"/.exec(fields.get('space units') ?? '')?.[1];
  return unit === 'mm' ? 'mm' : 'unknown';
}

/** "(1, 0, 0)" is one word although it has blanks in it. */
function wordsOf(text: string): string[] {
  return text.match(/\([^)]*\)|[^\s()]+/g) ?? [];
}

/** "(1,0,0)" → a vector; undefined for "none". */
function vectorOf(text: string, path: string): Vec3 | undefined {
  if (text === 'none') return undefined;
  const [x, y, z, ...more] = (/^\((.*)\)$/.exec(text)?.[1] ?? '').split(',').map((part) => numberOf(part.trim()));
  if (x === undefined || y === undefined || z === undefined || more.length > 0) {
    invalid(path, `"${text}" is not a vector of three numbers`);
  }
  return [x, y, z];
}

function numberOf(text: string): number | undefined {
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  return isNumber && Number.isFinite(Number(text)) ? Number(text) : undefined;
}
