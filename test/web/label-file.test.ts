import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { NIFTI1, NIFTI2, readHeader, readImage } from 'nifti-reader-js';
import { packageRoot } from '../../lib/package-root.js';
import type { Vec3 } from '../../web/src/labelmap/grid.js';
import { readLabelFile, writeLabelFile } from '../../web/src/labelmap/label-file.js';
import { labelHeader } from '../../web/src/labelmap/nifti.js';
import { readLabel } from '../e2e/second-reader.js';

const golden = path.join(packageRoot, 'test', 'golden', 'images');
const niftiImages = readdirSync(golden).filter((name) => /\.nii(\.gz)?$/.test(name));

/** An inflated file that nibabel or pynrrd wrote. */
function goldenFile(name: string): Uint8Array {
  const bytes = readFileSync(path.join(golden, name));
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

/** What Python read: float32, last axis fastest. Here in the order of the file. */
function goldenVoxels(name: string, [x, y, z]: Vec3): Uint8Array {
  const bytes = readFileSync(path.join(golden, `${name}.voxels.npy`));
  const start = 10 + bytes.readUInt16LE(8);
  return Uint8Array.from({ length: x * y * z }, (_, index) => {
    const [i, j, k] = [index % x, Math.floor(index / x) % y, Math.floor(index / (x * y))];
    return bytes.readFloatLE(start + 4 * (k + z * (j + y * i)));
  });
}

/** A NIfTI-1 file from scratch. */
function niftiFile(
  code: number,
  size: readonly number[],
  voxels: Uint8Array,
  { slope = 1, intercept = 0, littleEndian = true } = {},
): Uint8Array {
  const file = new Uint8Array(352 + voxels.length);
  const view = new DataView(file.buffer);
  view.setInt32(0, 348, littleEndian);
  [size.length, ...size].forEach((value, index) => view.setInt16(40 + 2 * index, value, littleEndian));
  view.setInt16(70, code, littleEndian);
  for (const [offset, value] of [
    [108, 352],
    [112, slope],
    [116, intercept],
  ] as const)
    view.setFloat32(offset, value, littleEndian);
  file.set(new TextEncoder().encode('n+1'), 344);
  file.set(voxels, 352);
  return file;
}

const sixLabels = Uint8Array.from([0, 1, 2, 127, 0, 5]);

describe('reading a label file', () => {
  it('as Python does', () => {
    const { size, voxels } = readLabelFile(goldenFile('type_uint8.nii'));
    assert.deepEqual(size, [5, 4, 3]);
    assert.deepEqual(voxels, goldenVoxels('type_uint8', size));
  });

  const types: readonly [name: string, code: number, voxels: ArrayBufferView][] = [
    ['int8', 256, Int8Array.from(sixLabels)],
    ['uint8', 2, sixLabels],
    ['int16', 4, Int16Array.from(sixLabels)],
    ['uint16', 512, Uint16Array.from(sixLabels)],
    ['int32', 8, Int32Array.from(sixLabels)],
    ['uint32', 768, Uint32Array.from(sixLabels)],
    ['int64', 1024, BigInt64Array.from([...sixLabels].map(BigInt))],
    ['uint64', 1280, BigUint64Array.from([...sixLabels].map(BigInt))],
    ['float32', 16, Float32Array.from(sixLabels)],
    ['float64', 64, Float64Array.from(sixLabels)],
  ];
  for (const [name, code, { buffer, byteLength }] of types) {
    it(`takes voxels of ${name} in either byte order`, () => {
      const bytes = new Uint8Array(buffer);
      const swapped = bytes.slice();
      const width = byteLength / sixLabels.length;
      for (let at = 0; at < byteLength; at += width) swapped.subarray(at, at + width).reverse();
      for (const file of [niftiFile(code, [3, 2], bytes), niftiFile(code, [3, 2], swapped, { littleEndian: false })]) {
        const { size, voxels } = readLabelFile(file);
        assert.deepEqual([size, [...voxels]], [[3, 2, 1], [...sixLabels]]);
      }
    });
  }

  it('scales as the header says, and takes a slope of 0 for none', () => {
    const file = (slope: number): Uint8Array =>
      niftiFile(2, [3, 1, 1, 1], Uint8Array.from([0, 1, 2]), { slope, intercept: 3 });
    assert.deepEqual([...readLabelFile(file(2)).voxels], [3, 5, 7]);
    assert.deepEqual([...readLabelFile(file(0)).voxels], [0, 1, 2]);
  });

  const large: readonly [name: string, code: number, values: ArrayBufferView & Iterable<number>][] = [
    ['uint16', 512, Uint16Array.of(0, 300, 65535)],
    ['int16', 4, Int16Array.of(0, -2, 300)],
    ['int32', 8, Int32Array.of(0, -(2 ** 31), 2 ** 31 - 1)],
    ['float32', 16, Float32Array.of(0, 300, 7)],
  ];
  for (const [name, code, values] of large) {
    it(`takes values of ${name} that uint8 cannot hold`, () => {
      const { voxels } = readLabelFile(niftiFile(code, [3, 1, 1], new Uint8Array(values.buffer)));
      assert.deepEqual([...voxels], [...values]);
    });
  }

  const refused: readonly [file: Uint8Array, reason: RegExp][] = [
    [new Uint8Array(), /no NIfTI file/],
    [new Uint8Array(1000), /no NIfTI file/],
    [niftiFile(2, [3, 3, 1], sixLabels), /ends before its last voxel/],
    [niftiFile(2, [1, 1, 1, 2], sixLabels), /more than one volume/],
    [niftiFile(128, [1, 1, 1], sixLabels), /the NIfTI type 128/],
    [niftiFile(16, [1, 1, 1], new Uint8Array(Float32Array.of(0.5).buffer)), /a voxel of 0.5/],
    [niftiFile(16, [1, 1, 1], new Uint8Array(Float32Array.of(NaN).buffer)), /a voxel of NaN/],
    [niftiFile(768, [1, 1, 1], new Uint8Array(Uint32Array.of(2 ** 31).buffer)), /a voxel of 2147483648/],
  ];
  for (const [file, reason] of refused) {
    it(`refuses what ${reason.source}`, () => {
      assert.throws(() => readLabelFile(file), reason);
    });
  }
});

/** Bytes of a header that a label may not have from its image, by the header's length: dim, type, data, scaling, cal. */
const ownFields: Readonly<Record<number, readonly (readonly [start: number, end: number])[]>> = {
  348: [
    [40, 56],
    [70, 74],
    [108, 120],
    [124, 132],
  ],
  540: [
    [12, 80],
    [168, 208],
  ],
};

describe('writing a label file', () => {
  for (const name of niftiImages) {
    it(`onto ${name}: the same bytes say where it lies, others read the voxels`, () => {
      const image = goldenFile(name);
      const header = readHeader(image.buffer as ArrayBuffer);
      const headerLength = header instanceof NIFTI2 ? 540 : 348;
      const [axes = 0, ...dims] = header.dims;
      const size = [0, 1, 2].map((axis) => (axis < axes ? dims[axis]! : 1));
      const count = size.reduce((a, b) => a * b);
      fc.assert(
        fc.property(fc.uint8Array({ minLength: count, maxLength: count }), (voxels) => {
          const file = writeLabelFile({ header: image }, voxels);
          for (let at = 0; at < headerLength; at++) {
            if (!ownFields[headerLength]!.some(([start, end]) => at >= start && at < end))
              assert.equal(file[at], image[at], `byte ${at}`);
          }
          const read = readLabel(file);
          assert.deepEqual(read, { size, affine: header.affine, voxels });
        }),
        { numRuns: 10 },
      );
      const written = readHeader(writeLabelFile({ header: image }, new Uint8Array(count)).buffer);
      assert.deepEqual(
        [
          written.dims[0],
          written.dims[4],
          written.scl_slope,
          written.scl_inter,
          written.cal_min,
          written.cal_max,
          written.vox_offset,
        ],
        [Math.min(axes, 3), 1, 1, 0, 0, 0, headerLength + 4],
      );
    });
  }

  it('from a size and an affine, for an image without a NIfTI header', () => {
    const affine = [
      [0, 0.5, 0, -7.5],
      [-0.25, 0, 0, 12],
      [0, 0, 3, 100.125],
      [0, 0, 0, 1],
    ];
    const file = writeLabelFile({ size: [3, 2, 1], affine }, sixLabels);
    assert.deepEqual(readLabel(file), { size: [3, 2, 1], affine, voxels: sixLabels });
    const header = readHeader(file.buffer);
    assert.deepEqual(header.pixDims.slice(1, 4), [0.25, 0.5, 3]);
    assert.equal(header.xyzt_units, NIFTI1.UNITS_MM);
    assert.deepEqual(readLabelFile(file), { size: [3, 2, 1], voxels: sixLabels });
  });

  for (const name of niftiImages) {
    it(`onto ${name}: values beyond uint8 come back`, () => {
      const image = goldenFile(name);
      const count = labelHeader(image, 'uint8').size.reduce((a, b) => a * b);
      for (const type of [Uint16Array, Int32Array]) {
        const voxels = Object.assign(new type(count), { 0: 300, 1: 7 });
        const file = writeLabelFile({ header: image }, voxels);
        const header = readHeader(file.buffer);
        assert.equal(header.numBitsPerVoxel, 8 * type.BYTES_PER_ELEMENT);
        assert.deepEqual([...readLabelFile(file).voxels], [...voxels]);
        const view = new DataView(readImage(header, file.buffer));
        const first =
          type === Uint16Array ? view.getUint16(0, header.littleEndian) : view.getInt32(0, header.littleEndian);
        assert.equal(first, 300);
      }
    });
  }

  it('refuses voxels of another size, and what is no header', () => {
    const affine = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ];
    assert.throws(() => writeLabelFile({ size: [3, 3, 1], affine }, sixLabels), /6 voxels are not 3 × 3 × 1/);
    assert.throws(() => writeLabelFile({ header: new Uint8Array(544) }, sixLabels), /no NIfTI header/);
  });
});
