/** The fields of NIfTI-1 and NIfTI-2 headers that a label file needs; https://nifti.nimh.nih.gov has the standards. */

import { eachAxis, type Vec3 } from './grid.js';
import type { StoredVoxels, VoxelType } from './label-values.js';

/** Voxel index of the file → RAS millimetres, at least three rows of four. */
export type Affine = readonly (readonly number[])[];

const typeOfCode = new Map<number, VoxelType>([
  [2, 'uint8'],
  [4, 'int16'],
  [8, 'int32'],
  [16, 'float32'],
  [64, 'float64'],
  [256, 'int8'],
  [512, 'uint16'],
  [768, 'uint32'],
  [1024, 'int64'],
  [1280, 'uint64'],
]);
/** In which labels are written: the code of the type, and its bits. */
const writtenTypes = { uint8: [2, 8], uint16: [512, 16], int32: [8, 32] } as const;

/** Byte offsets. Numbers are float32 in NIfTI-1 and float64 in NIfTI-2, counts int16 and int64. */
const nifti1 = {
  length: 348,
  dim: 40,
  type: 70,
  bits: 72,
  data: 108,
  slope: 112,
  intercept: 116,
  calMax: 124,
  calMin: 128,
};
const nifti2 = {
  length: 540,
  dim: 16,
  type: 12,
  bits: 14,
  data: 168,
  slope: 176,
  intercept: 184,
  calMax: 192,
  calMin: 200,
};

class Header {
  readonly at: typeof nifti1;
  readonly isBigEndian: boolean;
  readonly #view: DataView;

  /** Undefined where the bytes are no NIfTI header. */
  static in(bytes: Uint8Array): Header | undefined {
    if (bytes.length < nifti1.length) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const at of [nifti1, nifti2]) {
      for (const isBigEndian of [false, true]) {
        const isIt = view.getInt32(0, !isBigEndian) === at.length && bytes.length >= at.length;
        if (isIt) return new Header(view, at, isBigEndian);
      }
    }
    return undefined;
  }

  private constructor(view: DataView, at: typeof nifti1, isBigEndian: boolean) {
    [this.#view, this.at, this.isBigEndian] = [view, at, isBigEndian];
  }

  /** `dim[0]` is the number of axes, `dim[1]` the size of the first. */
  dim(index: number): number {
    const little = !this.isBigEndian;
    return this.at === nifti1
      ? this.#view.getInt16(this.at.dim + 2 * index, little)
      : Number(this.#view.getBigInt64(this.at.dim + 8 * index, little));
  }

  setDim(index: number, value: number): void {
    const little = !this.isBigEndian;
    if (this.at === nifti1) this.#view.setInt16(this.at.dim + 2 * index, value, little);
    else this.#view.setBigInt64(this.at.dim + 8 * index, BigInt(value), little);
  }

  number(offset: number): number {
    const little = !this.isBigEndian;
    return this.at === nifti1 ? this.#view.getFloat32(offset, little) : this.#view.getFloat64(offset, little);
  }

  setNumber(offset: number, value: number): void {
    const little = !this.isBigEndian;
    if (this.at === nifti1) this.#view.setFloat32(offset, value, little);
    else this.#view.setFloat64(offset, value, little);
  }

  get typeCode(): number {
    return this.#view.getInt16(this.at.type, !this.isBigEndian);
  }

  setType(type: keyof typeof writtenTypes): void {
    const [code, bits] = writtenTypes[type];
    this.#view.setInt16(this.at.type, code, !this.isBigEndian);
    this.#view.setInt16(this.at.bits, bits, !this.isBigEndian);
  }

  get dataStart(): number {
    const little = !this.isBigEndian;
    return this.at === nifti1 ? this.number(this.at.data) : Number(this.#view.getBigInt64(this.at.data, little));
  }

  set dataStart(value: number) {
    const little = !this.isBigEndian;
    if (this.at === nifti1) this.setNumber(this.at.data, value);
    else this.#view.setBigInt64(this.at.data, BigInt(value), little);
  }

  /** Axes that the header does not have are one voxel long. */
  get size(): Vec3 {
    return eachAxis((axis) => (axis < this.dim(0) ? Math.max(this.dim(axis + 1), 1) : 1));
  }
}

/** Where the voxels of a file are. Undefined where it is no NIfTI file; throws where it is one that holds no label. */
export function readNifti(bytes: Uint8Array): { size: Vec3; stored: StoredVoxels } | undefined {
  const header = Header.in(bytes);
  if (header === undefined) return undefined;
  const type = typeOfCode.get(header.typeCode);
  if (type === undefined) throw new Error(`The label file has voxels of the NIfTI type ${header.typeCode}`);
  for (let axis = 4; axis <= header.dim(0); axis++) {
    if (header.dim(axis) > 1) throw new Error('The label file holds more than one volume');
  }
  const slope = header.number(header.at.slope);
  const isScaled = Number.isFinite(slope) && slope !== 0;
  const intercept = isScaled ? header.number(header.at.intercept) : 0;
  const stored = {
    bytes: bytes.subarray(Math.max(header.dataStart, header.at.length)),
    type,
    isBigEndian: header.isBigEndian,
    slope: isScaled ? slope : 1,
    intercept: Number.isFinite(intercept) ? intercept : 0,
  };
  return { size: header.size, stored };
}

/**
 * The header of an image made that of a label: the same grid and byte order, one volume without scaling, voxels from
 * `bytes.length` on. Extensions of the image stay behind. Throws where it is no NIfTI header.
 */
export function labelHeader(
  imageHeader: Uint8Array,
  type: keyof typeof writtenTypes,
): { size: Vec3; bytes: Uint8Array; isBigEndian: boolean } {
  const length = Header.in(imageHeader)?.at.length;
  if (length === undefined) throw new Error('The image has no NIfTI header');
  // Four bytes behind the header say that no extension follows.
  const bytes = new Uint8Array(length + 4);
  bytes.set(imageHeader.subarray(0, length));
  const header = Header.in(bytes)!;
  header.setDim(0, Math.min(header.dim(0), 3));
  for (let axis = header.dim(0) + 1; axis <= 7; axis++) header.setDim(axis, 1);
  header.setType(type);
  header.setNumber(header.at.slope, 1);
  header.setNumber(header.at.intercept, 0);
  header.setNumber(header.at.calMax, 0);
  header.setNumber(header.at.calMin, 0);
  header.dataStart = bytes.length;
  return { size: header.size, bytes, isBigEndian: header.isBigEndian };
}

/** A NIfTI-1 header for an image whose file has none. Its voxels would follow without a gap. */
export function makeHeader(size: Vec3, affine: Affine): Uint8Array {
  const bytes = new Uint8Array(nifti1.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, nifti1.length, true);
  const header = Header.in(bytes)!;
  [3, ...size].forEach((value, index) => header.setDim(index, value));
  const pixdim = 76;
  header.setNumber(pixdim, 1);
  for (const axis of [0, 1, 2]) header.setNumber(pixdim + 4 * (axis + 1), Math.hypot(...columnOf(affine, axis)));
  const [units, sformCode, firstRow, magic] = [123, 254, 280, 344];
  const [millimetres, scannerSpace] = [2, 1];
  view.setUint8(units, millimetres);
  view.setInt16(sformCode, scannerSpace, true);
  for (const row of [0, 1, 2]) {
    for (const column of [0, 1, 2, 3]) header.setNumber(firstRow + 16 * row + 4 * column, affine[row]![column]!);
  }
  bytes.set(new TextEncoder().encode('n+1'), magic);
  return bytes;
}

function columnOf(affine: Affine, column: number): Vec3 {
  return eachAxis((row) => affine[row]![column]!);
}
