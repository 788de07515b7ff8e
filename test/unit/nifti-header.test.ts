import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LabelError } from '../../lib/errors.js';
import { readImageHeader } from '../../lib/image/image-header.js';

/** A NIfTI-1 file of 5 × 4 × 3 int16 voxels, 2 × 3 × 4 mm, without form codes; the rest is changed by the tests. */
function nifti(change: (header: Buffer) => void = () => {}): Buffer {
  const bytes = Buffer.alloc(352 + 5 * 4 * 3 * 2);
  bytes.writeInt32LE(348);
  [3, 5, 4, 3, 1, 1, 1, 1].forEach((size, axis) => bytes.writeInt16LE(size, 40 + 2 * axis));
  bytes.writeInt16LE(4, 70);
  [1, 2, 3, 4].forEach((step, axis) => bytes.writeFloatLE(step, 76 + 4 * axis));
  bytes.writeFloatLE(352, 108);
  bytes.write('n+1', 344);
  change(bytes);
  return bytes;
}

function setForm(header: Buffer, form: 'qform' | 'sform', code: number): void {
  header.writeInt16LE(code, form === 'qform' ? 252 : 254);
}

function setSform(header: Buffer, rows: number[][]): void {
  rows.flat().forEach((value, index) => header.writeFloatLE(value, 280 + 4 * index));
}

/** The quaternion of a half turn about z: x and y flipped. */
function setQform(header: Buffer, offset: number[]): void {
  [0, 0, 1, ...offset].forEach((value, index) => header.writeFloatLE(value, 256 + 4 * index));
}

const right = [
  [2, 0, 0, 10],
  [0, 3, 0, 20],
  [0, 0, 4, 30],
];

describe('NIfTI headers', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'headers-'))));
  after(() => rm(folder, { recursive: true }));

  async function read(bytes: Buffer) {
    const path = join(folder, 'image.nii');
    await writeFile(path, bytes);
    return readImageHeader(path);
  }

  async function refused(bytes: Buffer, code: string, message: RegExp): Promise<void> {
    await assert.rejects(read(bytes), (error) => {
      assert.ok(error instanceof LabelError);
      assert.deepEqual([error.code, message.test(error.message)], [code, true], error.message);
      assert.ok(error.message.includes(join(folder, 'image.nii')));
      return true;
    });
  }

  it('has size, type and place; without a form x is flipped and the middle is 0', async () => {
    const header = await read(nifti());
    assert.deepEqual(header, {
      format: 'nifti1',
      shape: [5, 4, 3],
      channels: 1,
      dtype: 'int16',
      affine: [
        [-2, 0, 0, 4],
        [0, 3, 0, -4.5],
        [0, 0, 4, -4],
        [0, 0, 0, 1],
      ],
      spacing: [2, 3, 4],
      orientation: 'LAS',
      units: 'unknown',
    });
  });

  it('takes the sform before the qform, and no code below 1', async () => {
    const both = (header: Buffer) => {
      setSform(header, right);
      setQform(header, [1, 2, 3]);
      setForm(header, 'sform', 1);
      setForm(header, 'qform', 2);
    };
    assert.deepEqual((await read(nifti(both))).affine.slice(0, 3), right);
    const onlyQform = await read(nifti((header) => (both(header), setForm(header, 'sform', -1))));
    assert.deepEqual(onlyQform.affine.slice(0, 3), [
      [-2, 0, 0, 1],
      [0, -3, 0, 2],
      [0, 0, 4, 3],
    ]);
    assert.equal(onlyQform.orientation, 'LPS');
  });

  it('takes a qform that agrees with the voxel size before a sform that contradicts it or is empty', async () => {
    const withSform = (rows: number[][], rank: number) => (header: Buffer) => {
      header.writeInt16LE(rank, 40);
      setSform(header, rows);
      setQform(header, [1, 2, 3]);
      setForm(header, 'sform', 1);
      setForm(header, 'qform', 1);
    };
    const doubled = right.map((row) => row.map((value) => 2 * value));
    assert.equal((await read(nifti(withSform(doubled, 3)))).affine[0][3], 1);
    assert.equal((await read(nifti(withSform(doubled, 4)))).affine[0][3], 20, 'MONAI never corrects 4-D files');
    const empty = right.map((row) => row.map(() => 0));
    assert.equal((await read(nifti(withSform(empty, 4)))).affine[0][3], 1);
  });

  it('brings metres and microns to millimetres', async () => {
    const inUnit = async (code: number) => {
      const header = await read(
        nifti((bytes) => {
          setSform(bytes, right);
          setForm(bytes, 'sform', 1);
          bytes.writeUInt8(code | 8, 123);
        }),
      );
      return [header.units, header.spacing[0], header.affine[0][3]];
    };
    assert.deepEqual(await inUnit(1), ['m', 2000, 10000]);
    assert.deepEqual(await inUnit(2), ['mm', 2, 10]);
    assert.deepEqual(await inUnit(3), ['um', 0.002, 0.01]);
  });

  it('counts channels on the fourth and the fifth axis', async () => {
    const sized = (...dims: number[]) => {
      const header = nifti((bytes) => dims.forEach((size, axis) => bytes.writeInt16LE(size, 40 + 2 * axis)));
      return read(Buffer.concat([header, Buffer.alloc(1000)]));
    };
    assert.equal((await sized(4, 5, 4, 3, 3)).channels, 3);
    assert.equal((await sized(5, 5, 4, 3, 1, 2)).channels, 2);
    assert.equal((await sized(4, 5, 4, 3, 0)).channels, 1);
    assert.deepEqual((await sized(2, 5, 4, 0)).shape, [5, 4, 1]);
    await assert.rejects(sized(5, 5, 4, 3, 2, 2), /more than four dimensions/);
  });

  it('reads gzip, also a file that was cut off behind its header, and big endian', async () => {
    assert.deepEqual((await read(gzipSync(nifti()))).shape, [5, 4, 3]);
    assert.deepEqual((await read(gzipSync(nifti(), { level: 0 }).subarray(0, 400))).shape, [5, 4, 3]);
    const big = nifti((header) => {
      header.writeInt32BE(348);
      for (const at of [40, 42, 44, 46, 48, 50, 52, 54, 70]) header.writeInt16BE(header.readInt16LE(at), at);
      for (const at of [76, 80, 84, 88, 108]) header.writeFloatBE(header.readFloatLE(at), at);
    });
    assert.deepEqual((await read(big)).spacing, [2, 3, 4]);
  });

  it('names what is wrong', async () => {
    const withInt16 = (at: number, value: number) => nifti((header) => header.writeInt16LE(value, at));
    await refused(Buffer.from('<html>no image</html>'), 'INVALID_FILE', /neither NIfTI nor NRRD/);
    await refused(Buffer.alloc(0), 'INVALID_FILE', /fewer than four bytes/);
    await refused(nifti().subarray(0, 200), 'INVALID_FILE', /ends within its header/);
    await refused(nifti().subarray(0, 400), 'INVALID_FILE', /promises 120 bytes of voxels, which a file of 400 bytes/);
    await refused(withInt16(42, -5), 'INVALID_FILE', /axis 1 has -5 voxels/);
    await refused(withInt16(70, 128), 'UNSUPPORTED', /NIfTI type 128/);
    await refused(
      nifti((header) => header.write('ni1', 344)),
      'UNSUPPORTED',
      /another file/,
    );
    await refused(
      nifti((header) => header.writeFloatLE(1e6, 108)),
      'INVALID_FILE',
      /ends before its voxels begin/,
    );
    const flat = nifti((header) => (setForm(header, 'sform', 1), header.writeFloatLE(NaN, 256)));
    await refused(flat, 'INVALID_FILE', /not finite or has no inverse/);
    const damaged = gzipSync(nifti());
    await refused(damaged.fill(255, 12, 40), 'INVALID_FILE', /is damaged: its gzip data/);
    await assert.rejects(readImageHeader(join(folder, 'nothing.nii')), { code: 'NOT_FOUND' });
    await assert.rejects(readImageHeader(folder), /is not a file/);
  });
});
