/** NIfTI-1 and NIfTI-2 headers; native/core/image/nifti.cpp and nifti_position.cpp have the same rules. */

import { NIFTI1, NIFTI2 } from 'nifti-reader-js';
import { LabelError } from '../errors.js';
import { affineFrom, eachAxis, isInvertible, spacingOf, type Affine, type Vec3 } from './affine.js';
import type { LengthUnit, ParsedHeader, VoxelType } from './image-header.js';

const size1 = 348;
const size2 = 540;

const types = new Map<number, { readonly dtype: VoxelType; readonly bytes: number }>([
  [2, { dtype: 'uint8', bytes: 1 }],
  [4, { dtype: 'int16', bytes: 2 }],
  [8, { dtype: 'int32', bytes: 4 }],
  [16, { dtype: 'float32', bytes: 4 }],
  [64, { dtype: 'float64', bytes: 8 }],
  [256, { dtype: 'int8', bytes: 1 }],
  [512, { dtype: 'uint16', bytes: 2 }],
  [768, { dtype: 'uint32', bytes: 4 }],
  [1024, { dtype: 'int64', bytes: 8 }],
  [1280, { dtype: 'uint64', bytes: 8 }],
]);

const unitOfCode = new Map<number, LengthUnit>([
  [1, 'm'],
  [2, 'mm'],
  [3, 'um'],
]);

/** 3 × 2⁻²³: what rounding leaves of a quaternion's fourth number counts as a half turn, as in nibabel. */
const quaternionTolerance = 3 * 2 ** -23;

/** The size of the header that the first four bytes announce, undefined where they are not NIfTI. */
export function niftiHeaderSize(bytes: Buffer): number | undefined {
  if (bytes.length < 4) return undefined;
  return [bytes.readInt32LE(), bytes.readInt32BE()].find((size) => size === size1 || size === size2);
}

/** `bytes` is the whole header and no more. Throws INVALID_FILE or UNSUPPORTED. */
export function parseNifti(bytes: Buffer, path: string): ParsedHeader {
  const isSecond = bytes.length === size2;
  checkMagic(bytes, isSecond, path);
  const fields = isSecond ? new NIFTI2() : new NIFTI1();
  fields.readHeader(new Uint8Array(bytes).buffer);

  const { rank, shape, channels } = shapeOf(fields, path);
  const type = types.get(fields.datatypeCode);
  if (type === undefined) {
    const code = fields.datatypeCode;
    const what = `voxels of NIfTI type ${code} (complex, colour or unknown) cannot be read`;
    throw new LabelError('UNSUPPORTED', `${path}: ${what}`);
  }
  const offset = fields.vox_offset;
  if (!(offset >= 0 && offset < 1e9)) invalid(path, `says that its voxels begin at byte ${offset}`);
  const units = unitOfCode.get(fields.xyzt_units & 7) ?? 'unknown';
  const geometry: Geometry = { fields, sform: sformOf(bytes, fields.littleEndian), shape, rank, isSecond };
  const affine = completePlane(affineOf(geometry), rank === 2);
  return {
    format: isSecond ? 'nifti2' : 'nifti1',
    shape,
    channels,
    dtype: type.dtype,
    affine: inMillimetres(affine, units),
    units,
    offset: Math.max(Math.trunc(offset), bytes.length),
    storedBytes: shape[0] * shape[1] * shape[2] * channels * type.bytes,
    isGzip: false,
  };
}

interface Geometry {
  readonly fields: NIFTI1 | NIFTI2;
  readonly sform: Affine;
  readonly shape: Vec3;
  readonly rank: number;
  readonly isSecond: boolean;
}

function invalid(path: string, what: string): never {
  throw new LabelError('INVALID_FILE', `${path}: ${what}`);
}

function checkMagic(bytes: Buffer, isSecond: boolean, path: string): void {
  const at = isSecond ? 4 : 344;
  const magic = bytes.toString('latin1', at, at + 4);
  if (magic === (isSecond ? 'ni2\0' : 'ni1\0')) {
    const what = 'a header with its voxels in another file (.hdr and .img) cannot be read';
    throw new LabelError('UNSUPPORTED', `${path}: ${what}`);
  }
  if (magic !== (isSecond ? 'n+2\0' : 'n+1\0')) invalid(path, 'is not a NIfTI file');
}

function shapeOf(fields: NIFTI1 | NIFTI2, path: string) {
  const dims = [...fields.dims];
  const rank = dims[0]!;
  if (rank < 2 || rank > 7) invalid(path, `has ${rank} dimensions; 2 to 4 can be read`);
  for (let axis = 1; axis <= rank; axis++) {
    // As the NIfTI library has it: some programs leave what they do not use empty.
    if (axis > 2 && dims[axis] === 0) dims[axis] = 1;
    if (dims[axis]! < 1) invalid(path, `says that axis ${axis} has ${dims[axis]} voxels`);
  }
  dims.fill(1, rank + 1);
  const [, i, j, k, time, vector, sixth, seventh] = dims;
  // A vector image has its channels on the fifth axis and a fourth of one.
  if (sixth !== 1 || seventh !== 1 || (vector !== 1 && time !== 1)) {
    throw new LabelError('UNSUPPORTED', `${path}: an image of more than four dimensions cannot be read`);
  }
  const shape: Vec3 = [i!, j!, k!];
  return { rank, shape, channels: time! * vector! };
}

/** From the bytes: nifti-reader-js keeps the sform of a NIfTI-1 header only where it prefers it. */
function sformOf(bytes: Buffer, isLittleEndian: boolean): Affine {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const value = (row: number, column: number): number =>
    bytes.length === size2
      ? view.getFloat64(400 + 8 * (4 * row + column), isLittleEndian)
      : view.getFloat32(280 + 4 * (4 * row + column), isLittleEndian);
  const column = (index: number): Vec3 => eachAxis((row) => value(row, index));
  return affineFrom([column(0), column(1), column(2)], column(3));
}

/** An empty step is one of 1. */
function zoomsOf({ pixDims }: NIFTI1 | NIFTI2): Vec3 {
  return eachAxis((axis) => (pixDims[axis + 1] === 0 ? 1 : Math.abs(pixDims[axis + 1]!)));
}

function qformOf(fields: NIFTI1 | NIFTI2): Affine {
  const { quatern_b: b, quatern_c: c, quatern_d: d } = fields;
  const zooms = zoomsOf(fields);
  const handedness = fields.pixDims[0] === -1 ? -1 : 1;
  const origin: Vec3 = [fields.qoffset_x, fields.qoffset_y, fields.qoffset_z];
  const rest = 1 - (b * b + c * c + d * d);
  const a = Math.abs(rest) < quaternionTolerance ? 0 : Math.sqrt(Math.max(rest, 0));
  const norm = a * a + b * b + c * c + d * d;
  const s = norm < Number.EPSILON ? 0 : 2 / norm;
  const columns: readonly [Vec3, Vec3, Vec3] = [
    [1 - s * (c * c + d * d), s * (b * c + a * d), s * (b * d - a * c)],
    [s * (b * c - a * d), 1 - s * (b * b + d * d), s * (c * d + a * b)],
    [s * (b * d + a * c), s * (c * d - a * b), 1 - s * (b * b + c * c)],
  ];
  const step = eachAxis((axis) => zooms[axis] * (axis === 2 ? handedness : 1));
  const scaled = (axis: 0 | 1 | 2): Vec3 => eachAxis((row) => columns[axis][row] * step[axis]);
  return affineFrom([scaled(0), scaled(1), scaled(2)], origin);
}

/** nibabel's affine of a header without a form: x flipped, centred. */
function baseAffine({ fields, shape, rank }: Geometry): Affine {
  const zooms = zoomsOf(fields);
  const step: Vec3 = [-zooms[0], zooms[1], rank === 2 ? 1 : zooms[2]];
  return affineFrom(
    [
      [step[0], 0, 0],
      [0, step[1], 0],
      [0, 0, step[2]],
    ],
    eachAxis((axis) => (-step[axis] * (shape[axis] - 1)) / 2),
  );
}

/**
 * nibabel's choice with MONAI's correct_nifti_header_if_necessary (a sform that contradicts the zooms gives way to a
 * qform that agrees with them), where that has an inverse.
 */
function affineOf(geometry: Geometry): Affine {
  const { fields, sform, rank, isSecond } = geometry;
  if (fields.sform_code <= 0) return fields.qform_code > 0 ? qformOf(fields) : baseAffine(geometry);
  const qform = qformOf(fields);
  // In 4-D files MONAI compares the offset too, so that neither form ever agrees.
  const isContradicted = rank < 4 && !agrees(sform, geometry) && agrees(qform, geometry);
  if (isContradicted) return isSecond ? qform : asFloat32(qform);
  const isUsable = isInvertible(completePlane(sform, rank === 2));
  return isUsable || fields.qform_code <= 0 ? sform : qform;
}

/** numpy.allclose of the steps over the axes that the file has. */
function agrees(affine: Affine, { fields, rank }: Geometry): boolean {
  const zooms = zoomsOf(fields);
  const spacing = spacingOf(affine);
  const isClose = (axis: 0 | 1 | 2) => Math.abs(zooms[axis] - spacing[axis]) <= 1e-8 + 1e-5 * spacing[axis];
  return ([0, 1, 2] as const).every((axis) => axis >= rank || isClose(axis));
}

/** As it is after being stored as the sform of its file. */
function asFloat32(affine: Affine): Affine {
  return mapped(affine, Math.fround);
}

function inMillimetres(affine: Affine, units: LengthUnit): Affine {
  const factor = { m: 1000, um: 0.001, mm: 1, unknown: 1 }[units];
  return mapped(affine, (value) => value * factor);
}

function mapped(affine: Affine, change: (value: number) => number): Affine {
  const column = (index: 0 | 1 | 2 | 3): Vec3 => eachAxis((row) => change(affine[row][index]));
  return affineFrom([column(0), column(1), column(2)], column(3));
}

/** A 2-D image may leave its third direction empty: it gets the normal of its plane. */
function completePlane(affine: Affine, isFlat: boolean): Affine {
  const spacing = spacingOf(affine);
  if (!isFlat || spacing[2] !== 0) return affine;
  const column = (index: 0 | 1 | 2 | 3): Vec3 => eachAxis((row) => affine[row][index]);
  const [x, y] = [column(0), column(1)];
  const normal = eachAxis((row) => {
    const next = ((row + 1) % 3) as 0 | 1 | 2;
    const last = ((row + 2) % 3) as 0 | 1 | 2;
    return (x[next] * y[last] - x[last] * y[next]) / (spacing[0] * spacing[1]);
  });
  return affineFrom([x, y, normal], column(3));
}
