/** NRRD headers; native/core/image/nrrd.cpp has the same rules. */

import type { ParsedHeader, VoxelType } from './image-header.js';
import { invalid, NrrdFields, unsupported } from './nrrd-fields.js';
import { nrrdGrid } from './nrrd-grid.js';

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
    int64: ['longlong', 'long long', 'long long int', 'signed long long', 'signed long long int', 'int64', 'int64_t'],
    uint64: ['ulonglong', 'unsigned long long', 'unsigned long long int', 'uint64', 'uint64_t'],
    float32: ['float'],
    float64: ['double'],
  } satisfies Record<VoxelType, string[]>).flatMap(([type, names]) =>
    names.map((name) => [name, type as VoxelType] as const),
  ),
);

const encodings = new Map<string, 'raw' | 'gzip' | 'hex' | 'text'>([
  ['raw', 'raw'],
  ['gzip', 'gzip'],
  ['gz', 'gzip'],
  ['hex', 'hex'],
  ['ascii', 'text'],
  ['text', 'text'],
  ['txt', 'text'],
]);

export function isNrrd(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 4) === 'NRRD';
}

/** True where no more has to be read: the empty line is there, or the header is longer than any. */
export function hasWholeNrrdHeader(bytes: Buffer): boolean {
  return endOf(bytes) !== undefined || bytes.length > largestHeader;
}

/** Throws INVALID_FILE, or UNSUPPORTED for what NRRD knows and this product does not read. */
export function parseNrrd(bytes: Buffer, isInflated: boolean, path: string): ParsedHeader {
  const end = endOf(bytes);
  if ((end ?? bytes.length) > largestHeader) invalid(path, 'has an NRRD header without an end');
  const fields = new NrrdFields(bytes.toString('utf8', 0, end));
  if (fields.has('data file')) unsupported(path, 'an NRRD header with its voxels in another file cannot be read');
  if (end === undefined) invalid(path, 'ends within its NRRD header');

  const dtype = types.get(fields.lowerCase('type'));
  if (dtype === undefined) unsupported(path, `voxels of NRRD type "${fields.text('type')}" cannot be read`);
  const encoding = encodings.get(fields.lowerCase('encoding'));
  if (encoding === undefined) unsupported(path, `the NRRD encoding "${fields.text('encoding')}" cannot be read`);
  const bytesPerVoxel = Number(/\d+$/.exec(dtype)![0]) / 8;
  const hasOrder = bytesPerVoxel > 1 && encoding !== 'text';
  if (hasOrder && !['little', 'big'].includes(fields.lowerCase('endian'))) {
    invalid(path, 'does not say whether its voxels are little or big endian');
  }
  skipOf(fields, 'line skip', path);
  const byteSkip = skipOf(fields, 'byte skip', path);
  if (byteSkip < 0 && (encoding !== 'raw' || isInflated)) {
    unsupported(path, "NRRD's byte skip of -1 can be read with raw voxels only");
  }
  const grid = nrrdGrid(fields, path);
  const count = grid.shape[0] * grid.shape[1] * grid.shape[2] * grid.channels;
  return {
    format: 'nrrd',
    ...grid,
    dtype,
    units: /^"mm"/.test(fields.text('space units')) ? 'mm' : 'unknown',
    keyValues: fields.keyValues,
    offset: end + (encoding === 'raw' ? Math.max(byteSkip, 0) : 0),
    // Of text a digit and a blank each, but for the last.
    storedBytes: encoding === 'text' ? 2 * count - 1 : count * bytesPerVoxel * (encoding === 'hex' ? 2 : 1),
    isGzip: encoding === 'gzip',
  };
}

/** Where the voxels begin: after the first empty line. */
function endOf(bytes: Buffer): number | undefined {
  const ends = ['\n\n', '\n\r\n'].map((end) => ({ at: bytes.indexOf(end, 0, 'latin1'), length: end.length }));
  const [first] = ends.filter(({ at }) => at >= 0).toSorted((a, b) => a.at - b.at);
  return first && first.at + first.length;
}

/** Lines or bytes before the voxels; -1 bytes: the voxels end with the file. */
function skipOf(fields: NrrdFields, name: string, path: string): number {
  const text = fields.text(name) || '0';
  const skip = /^-?\d+$/.test(text) ? Number(text) : NaN;
  return skip >= -1 && skip <= 1e9 ? skip : invalid(path, `has the ${name} "${text}"`);
}
