/** Reading NRRD files with the header and voxels in one file; https://teem.sourceforge.net/nrrd/format.html */

import { gunzip } from './gzip.js';
import type { Vec3 } from './grid.js';
import type { StoredVoxels, VoxelType } from './label-values.js';

const typeOfName = new Map<string, VoxelType>(
  Object.entries({
    int8: ['signed char', 'int8', 'int8_t'],
    uint8: ['uchar', 'unsigned char', 'uint8', 'uint8_t'],
    int16: ['short', 'short int', 'signed short', 'signed short int', 'int16', 'int16_t'],
    uint16: ['ushort', 'unsigned short', 'unsigned short int', 'uint16', 'uint16_t'],
    int32: ['int', 'signed int', 'int32', 'int32_t'],
    uint32: ['uint', 'unsigned int', 'uint32', 'uint32_t'],
    float32: ['float'],
    float64: ['double'],
  } satisfies Partial<Record<VoxelType, string[]>>).flatMap(([type, names]) => {
    return names.map((name): [string, VoxelType] => [name, type as VoxelType]);
  }),
);

/** Undefined where the bytes are no NRRD file; rejects where it is one that holds no label or cannot be read. */
export async function readNrrd(bytes: Uint8Array): Promise<{ size: Vec3; stored: StoredVoxels } | undefined> {
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== 'NRRD') return undefined;
  const headerEnd = endOfHeader(bytes);
  const fields = parseFields(new TextDecoder().decode(bytes.subarray(0, headerEnd)));
  if (fields.has('data file') || fields.has('datafile')) throw new Error('The voxels of the label are in another file');
  const typeName = fields.get('type') ?? '';
  const type = typeOfName.get(typeName);
  if (type === undefined) throw new Error(`The label file has voxels of the NRRD type "${typeName}"`);
  const data = bytes.subarray(headerEnd);
  const stored = {
    bytes: await decode(data, fields.get('encoding') ?? ''),
    type,
    isBigEndian: fields.get('endian') === 'big',
    slope: 1,
    intercept: 0,
  };
  return { size: sizeOf(fields), stored };
}

function decode(data: Uint8Array, encoding: string): Uint8Array | Promise<Uint8Array> {
  if (encoding === 'raw') return data;
  if (encoding === 'gzip' || encoding === 'gz') return gunzip(data);
  throw new Error(`The label file has the NRRD encoding "${encoding}"`);
}

/** The header ends with an empty line. */
function endOfHeader(bytes: Uint8Array): number {
  const newline = 10;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) {
    if (bytes[at + 1] === newline) return at + 2;
    if (bytes[at + 1] === 13 && bytes[at + 2] === newline) return at + 3;
  }
  throw new Error('The label file ends within its header');
}

function parseFields(header: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of header.split(/\r?\n/)) {
    const [, name, value] = /^([^#:][^:]*): (.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields.set(name.toLowerCase(), value.trim());
  }
  return fields;
}

/** Slicer may give a label one more axis, a list of one. */
function sizeOf(fields: Map<string, string>): Vec3 {
  const sizes = (fields.get('sizes') ?? '').split(/\s+/).map(Number);
  if (!sizes.every((size) => Number.isInteger(size) && size > 0)) throw new Error('The label file has no sizes');
  if (sizes.length === 4 && sizes[0] === 1) sizes.shift();
  const [x, y, z = 1, ...more] = sizes;
  if (x === undefined || y === undefined || more.some((size) => size > 1)) {
    throw new Error('The label file does not hold one volume');
  }
  return [x, y, z];
}
