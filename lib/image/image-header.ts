/** What an image file says about itself, from its first bytes; native/core/image reads the voxels by the same rules. */

import { LabelError } from '../errors.js';
import { isInvertible, orientationOf, spacingOf, type Affine, type Vec3 } from './affine.js';
import { readFirstBytes, type FirstBytes } from './first-bytes.js';
import { niftiHeaderSize, parseNifti } from './nifti-header.js';
import { hasWholeNrrdHeader, isNrrd, parseNrrd } from './nrrd-header.js';

export type LengthUnit = 'mm' | 'm' | 'um' | 'unknown';

/** numpy's names. */
export type VoxelType =
  'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'float32' | 'float64';

export interface ImageHeader {
  readonly format: 'nifti1' | 'nifti2' | 'nrrd';
  /** Voxels along the three spatial axes, in the order of the file. */
  readonly shape: Vec3;
  /** Channels, layers or time points; 1 for most images. */
  readonly channels: number;
  readonly dtype: VoxelType;
  /** Always in millimetres, whatever the file's unit is. */
  readonly affine: Affine;
  readonly spacing: Vec3;
  /** "RAS", "LPS", … of the stored axes. */
  readonly orientation: string;
  /** Of the file; "unknown" counts as millimetres. */
  readonly units: LengthUnit;
  /** The `key:=value` pairs of an NRRD file: what 3D Slicer says of its segments. */
  readonly keyValues?: ReadonlyMap<string, string>;
}

/** A header whose words are understood; what they say is checked afterwards. */
export interface ParsedHeader extends Omit<ImageHeader, 'spacing' | 'orientation'> {
  /** Where the voxels begin in the (inflated) file. */
  readonly offset: number;
  /** Bytes that the voxels take as they are stored, before compression. */
  readonly storedBytes: number;
  /** The voxels are compressed although the file is not (NRRD). */
  readonly isGzip: boolean;
}

/** Deflate cannot expand beyond this. */
const largestExpansion = 1032;

/** Throws NOT_FOUND, INVALID_FILE (no image, or one that lies) or UNSUPPORTED (an image that is not read). */
export async function readImageHeader(path: string): Promise<ImageHeader> {
  const start = await readFirstBytes(path, isWhole);
  const { offset, storedBytes, isGzip, ...header } = parse(start, path);
  const largestSize = start.isGzip ? start.fileSize * largestExpansion : start.fileSize;
  if (offset > largestSize) throw new LabelError('INVALID_FILE', `${path}: ends before its voxels begin`);
  const largestRest = isGzip ? start.fileSize * largestExpansion : largestSize - offset;
  if (storedBytes > largestRest) throw tooShort(path, start, storedBytes);
  const orientation = isInvertible(header.affine) ? orientationOf(header.affine) : undefined;
  if (orientation === undefined) {
    throw new LabelError('INVALID_FILE', `${path}: has a position in space that is not finite or has no inverse`);
  }
  return { ...header, spacing: spacingOf(header.affine), orientation };
}

function isWhole(bytes: Buffer): boolean {
  if (isNrrd(bytes)) return hasWholeNrrdHeader(bytes);
  const size = niftiHeaderSize(bytes);
  return size === undefined ? bytes.length >= 4 : bytes.length >= size;
}

function parse({ bytes, isGzip }: FirstBytes, path: string): ParsedHeader {
  if (bytes.length < 4) throw new LabelError('INVALID_FILE', `${path}: is not an image: it has fewer than four bytes`);
  if (isNrrd(bytes)) return parseNrrd(bytes, isGzip, path);
  const size = niftiHeaderSize(bytes);
  if (size === undefined) throw new LabelError('INVALID_FILE', `${path}: is neither NIfTI nor NRRD`);
  if (bytes.length < size) throw new LabelError('INVALID_FILE', `${path}: ends within its header`);
  return parseNifti(bytes.subarray(0, size), path);
}

function tooShort(path: string, { fileSize }: FirstBytes, storedBytes: number): LabelError {
  return new LabelError(
    'INVALID_FILE',
    `${path}: is too short: its header promises ${storedBytes} bytes of voxels, which a file of ${fileSize} bytes ` +
      `cannot hold`,
  );
}
