import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Engine } from '../../lib/engine/engine.js';
import { LabelError } from '../../lib/errors.js';
import { readImageHeader } from '../../lib/image/image-header.js';
import { packageRoot } from '../../lib/package-root.js';

const folders = ['test/golden/images', 'test/fixtures/labels'].map((folder) => path.join(packageRoot, folder));

/** Headers are read twice, in TypeScript for checks and listings and in C++ for voxels: nobody may see two truths. */
describe('both readers of image headers', () => {
  let engine: Engine, folder: string;
  before(async () => {
    engine = new Engine();
    folder = await mkdtemp(path.join(tmpdir(), 'headers-'));
  });
  after(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  it('say the same of every fixture', async () => {
    let count = 0;
    for (const each of folders) {
      for (const name of await readdir(each)) {
        if (!/\.(nii|nii\.gz|nrrd)$/.test(name)) continue;
        const file = path.join(each, name);
        const [light, native] = await Promise.all([readImageHeader(file), engine.run('readHeader', { path: file })]);
        for (const key of ['format', 'shape', 'channels', 'dtype', 'orientation'] as const) {
          assert.deepEqual(light[key], native[key], `${name}: ${key}`);
        }
        const numbers = [...light.affine.flat(), ...light.spacing];
        const expected = [...native.affine.flat(), ...native.spacing];
        numbers.forEach((value, index) => {
          assert.ok(Math.abs(value - expected[index]!) < 1e-6, `${name}: ${numbers.join()} and ${expected.join()}`);
        });
        count++;
      }
    }
    assert.ok(count > 50, `${count} files`);
  });

  it('refuse the same broken files, for the same reason', async () => {
    const nifti = await readFile(path.join(folders[0]!, 'type_int16.nii'));
    const nrrd = (await readFile(path.join(folders[0]!, 'lps_raw.nrrd'))).toString('latin1');
    const changed = (change: (bytes: Buffer) => void): Buffer => {
      const bytes = Buffer.from(nifti);
      change(bytes);
      return bytes;
    };
    const replaced = (from: string, to: string): Buffer => {
      assert.ok(nrrd.includes(from), from);
      return Buffer.from(nrrd.replace(from, to), 'latin1');
    };
    const broken: Record<string, Buffer> = {
      empty: Buffer.alloc(0),
      html: Buffer.from('<!doctype html><title>Not found</title>'),
      'cut within its header': nifti.subarray(0, 300),
      'cut behind its header': nifti.subarray(0, 352),
      'cut, in gzip': gzipSync(nifti).subarray(0, 30),
      'without voxels on an axis': changed((bytes) => bytes.writeInt16LE(0, 42)),
      'of nine dimensions': changed((bytes) => bytes.writeInt16LE(9, 40)),
      'of five dimensions': changed((bytes) => [5, 5, 4, 3, 2, 2].forEach((n, i) => bytes.writeInt16LE(n, 40 + 2 * i))),
      'of colours': changed((bytes) => bytes.writeInt16LE(128, 70)),
      'of a pair of files': changed((bytes) => bytes.write('ni1', 344)),
      'with voxels behind its end': changed((bytes) => bytes.writeFloatLE(1e6, 108)),
      'without a position': changed((bytes) => [256, 280].forEach((at) => bytes.writeFloatLE(NaN, at))),
      'NRRD cut within its header': Buffer.from(nrrd.slice(0, 200), 'latin1'),
      'NRRD with an endless header': Buffer.from(`NRRD0004\n${'#'.repeat(5 << 20)}`),
      'NRRD without sizes': replaced('sizes: 5 4 3', 'content: nothing'),
      'NRRD of negative size': replaced('sizes: 5 4 3', 'sizes: 5 -4 3'),
      'NRRD of other dimension': replaced('sizes: 5 4 3', 'sizes: 5 4'),
      'NRRD of blocks': replaced('type: int16', 'type: block'),
      'NRRD with other encoding': replaced('encoding: raw', 'encoding: bzip2'),
      'NRRD in two files': replaced('encoding: raw', 'data file: voxels.raw\nencoding: raw'),
      'NRRD without order of bytes': replaced('endian: little', 'endian: middle'),
      'NRRD with a skip over its end': replaced('encoding: raw', 'encoding: raw\nbyte skip: 1000'),
      'NRRD with half an origin': replaced('space origin: (', 'space origin: (1,'),
    };
    for (const [what, bytes] of Object.entries(broken)) {
      const file = path.join(folder, 'broken');
      await writeFile(file, bytes);
      const codes = await Promise.all([
        readImageHeader(file).then(() => 'read', codeOf),
        engine.run('readHeader', { path: file }).then(() => 'read', codeOf),
      ]);
      assert.equal(codes[0], codes[1], what);
      assert.notEqual(codes[0], 'read', what);
    }
  });
});

function codeOf(error: unknown): string {
  assert.ok(error instanceof LabelError, String(error));
  return error.code;
}
