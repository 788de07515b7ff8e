/** Label values from the voxels of a file, whatever type they have there. */

const types = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

export type VoxelType = keyof typeof types;

export interface StoredVoxels {
  /** From the first voxel on; more may follow. */
  readonly bytes: Uint8Array;
  readonly type: VoxelType;
  readonly isBigEndian: boolean;
  /** A value is slope · stored + intercept. */
  readonly slope: number;
  readonly intercept: number;
}

/**
 * The first `count` voxels: uint8 as they are stored, everything else as int32. Throws where there are fewer, or where one
 * is not a whole number that int32 holds.
 */
export function labelValues(stored: StoredVoxels, count: number): Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  const { type, isBigEndian, slope, intercept } = stored;
  const width = types[type].BYTES_PER_ELEMENT;
  if (stored.bytes.length < count * width) throw new Error('The label file ends before its last voxel');
  const bytes = stored.bytes.slice(0, count * width);
  if (type === 'uint8' && slope === 1 && intercept === 0) return bytes;
  if (isBigEndian) for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  const values = new types[type](bytes.buffer);
  const labels = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const value = Number(values[index]) * slope + intercept;
    labels[index] = value;
    if (labels[index] !== value) {
      throw new Error(`The label file has a voxel of ${value}; the values of labels are whole numbers`);
    }
  }
  return labels;
}
