import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readImageHeader } from '../../lib/image/image-header.js';
import { segmentsOf } from '../../lib/image/segments.js';

const plain = {
  type: 'short',
  dimension: '3',
  space: 'left-posterior-superior',
  sizes: '5 4 3',
  'space directions': '(2,0,0) (0,3,0) (0,0,4)',
  endian: 'little',
  encoding: 'raw',
  'space origin': '(10,20,30)',
};

function nrrd(fields: Record<string, string | undefined>, voxels = Buffer.alloc(120), pairs = ''): Buffer {
  const lines = Object.entries({ ...plain, ...fields }).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}\n`,
  );
  return Buffer.concat([Buffer.from(`NRRD0004\n# a comment\n${lines.join('')}${pairs}\n`), voxels]);
}

describe('NRRD headers', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'headers-'))));
  after(() => rm(folder, { recursive: true }));

  async function read(bytes: Buffer) {
    const path = join(folder, 'image.nrrd');
    await writeFile(path, bytes);
    return readImageHeader(path);
  }

  it('has size, type and place', async () => {
    const { keyValues, ...header } = await read(nrrd({}));
    assert.equal(keyValues?.size, 0);
    assert.deepEqual(header, {
      format: 'nrrd',
      shape: [5, 4, 3],
      channels: 1,
      dtype: 'int16',
      affine: [
        [-2, 0, 0, -10],
        [0, -3, 0, -20],
        [0, 0, 4, 30],
        [0, 0, 0, 1],
      ],
      spacing: [2, 3, 4],
      orientation: 'LPS',
      units: 'unknown',
    });
    assert.equal((await read(nrrd({ space: 'RAS' }))).orientation, 'RAS');
    assert.equal((await read(nrrd({ 'space units': '"mm" "mm" "mm"' }))).units, 'mm');
    assert.equal(
      (await read(nrrd({ Type: 'Short', type: undefined, 'space origin': '(+1.0, 2e1, 3)' }))).affine[0][3],
      -1,
    );
  });

  it('finds the channels in front, behind, by kind and by an empty spacing', async () => {
    const spacings = { 'space directions': undefined, 'space origin': undefined, dimension: '4' };
    const four = { dimension: '4', type: 'uchar' };
    const found = async (fields: Record<string, string | undefined>) => {
      const { shape, channels, spacing } = await read(nrrd(fields));
      return { shape, channels, spacing };
    };
    const right = { shape: [5, 4, 3], channels: 2, spacing: [2, 3, 4] };
    assert.deepEqual(
      await found({ ...four, sizes: '2 5 4 3', 'space directions': 'none (2,0,0) (0,3,0) (0,0,4)' }),
      right,
    );
    assert.deepEqual(
      await found({ ...four, sizes: '5 4 3 2', 'space directions': '(2,0,0) (0,3,0) (0,0,4) none' }),
      right,
    );
    const listed = { ...four, ...spacings, sizes: '2 5 4 3', kinds: 'list domain domain domain' };
    assert.deepEqual(await found({ ...listed, spacings: '1 2 3 4' }), right);
    assert.deepEqual(await found({ ...four, ...spacings, sizes: '2 5 4 3', spacings: 'nan 2 3 4' }), right);
    assert.deepEqual(await found({ ...four, ...spacings, sizes: '5 4 3 2', spacings: '2 3 4 1' }), right);
    const between = { ...four, ...spacings, sizes: '5 2 4 3', kinds: 'domain list domain domain' };
    await assert.rejects(found(between), /on axis 2, between those in space/);
  });

  it('knows time, minima, planes and skips as ITK does', async () => {
    const inTime = { dimension: '4', sizes: '5 4 3 1', space: 'left-posterior-superior-time' };
    const directions = '(2,0,0,0) (0,3,0,0) (0,0,4,0) (0,0,0,1)';
    const time = await read(nrrd({ ...inTime, 'space directions': directions, 'space origin': '(10,20,30,0)' }));
    assert.deepEqual([time.shape, time.channels, time.affine[2][3]], [[5, 4, 3], 1, 30]);
    const undirected = { 'space directions': undefined, 'space origin': undefined, space: undefined };
    const mins = await read(nrrd({ ...undirected, spacings: '2 3 4', 'axis mins': '10 20 30' }));
    assert.deepEqual(
      mins.affine.map((row) => row[3]),
      [-11, -21.5, 32, 1],
    );
    const plane = await read(nrrd({ dimension: '2', sizes: '5 4', 'space directions': '(2,0,0) (0,0,3)' }));
    assert.deepEqual([plane.shape, plane.spacing, plane.orientation], [[5, 4, 1], [2, 3, 1], 'LSA']);
    assert.deepEqual((await read(nrrd({ 'byte skip': '-1' }))).shape, [5, 4, 3]);
    await assert.rejects(read(nrrd({ encoding: 'gzip', 'byte skip': '-1' })), /byte skip of -1/);
    await assert.rejects(read(nrrd({ 'byte skip': '7' })), /promises 120 bytes/);
  });

  it('reads no more than the header, compressed or not', async () => {
    const voxels = gzipSync(Buffer.alloc(120));
    assert.deepEqual((await read(nrrd({ encoding: 'gzip' }, voxels))).shape, [5, 4, 3]);
    assert.deepEqual((await read(gzipSync(nrrd({})))).shape, [5, 4, 3]);
    assert.deepEqual((await read(nrrd({ encoding: 'hex' }, Buffer.alloc(240, '0')))).shape, [5, 4, 3]);
    const long = `Segment0_Name:=${'x'.repeat(100_000)}\n`;
    assert.equal((await read(nrrd({}, undefined, long))).keyValues?.get('Segment0_Name')?.length, 100_000);
  });

  it('names what is wrong', async () => {
    await assert.rejects(read(nrrd({ sizes: '5 -4 3' })), {
      code: 'INVALID_FILE',
      message: /image\.nrrd: has the size "-4"/,
    });
    await assert.rejects(read(nrrd({ sizes: '5 4' })), /says dimension 3 and gives 2 sizes/);
    await assert.rejects(read(nrrd({}, Buffer.alloc(100))), /promises 120 bytes/);
    await assert.rejects(read(nrrd({ type: 'block' })), { code: 'UNSUPPORTED', message: /NRRD type "block"/ });
    await assert.rejects(read(nrrd({ encoding: 'bzip2' })), /encoding "bzip2"/);
    await assert.rejects(read(nrrd({ endian: undefined })), /little or big endian/);
    await assert.rejects(read(nrrd({ 'space origin': '(1,2)' })), /a vector of 2 numbers in a space of 3 dimensions/);
    await assert.rejects(read(nrrd({ 'space directions': 'none none (0,0,4)' })), /2 axes that do not lie in space/);
    await assert.rejects(read(nrrd({ 'data file': 'voxels.raw' })), /voxels in another file/);
    await assert.rejects(
      read(Buffer.from('NRRD0004\ntype: short\ndata file: LIST\na.raw\nb.raw')),
      /voxels in another file/,
    );
    await assert.rejects(read(Buffer.from('NRRD0004\ntype: short\n')), /ends within its NRRD header/);
    await assert.rejects(read(Buffer.alloc(5 << 20, 'NRRD0004\n#')), /header without an end/);
  });
});

describe('the segments of a .seg.nrrd', () => {
  const pairs = (text: string) => new Map(text.split('\n').map((line) => line.split(':=') as [string, string]));

  it('have the names, values and layers that the file says', () => {
    const said = pairs(
      'Segment0_Name:=spleen\nSegment0_LabelValue:=2\nSegment0_Layer:=0\nSegment0_Color:=0.5 0.25 0\n' +
        'Segment1_ID:=liver\nSegment1_LabelValue:=1\nSegment1_Layer:=1',
    );
    assert.deepEqual(segmentsOf(said, 2), [
      { name: 'spleen', value: 2, layer: 0, color: [0.5, 0.25, 0] },
      { name: 'liver', value: 1, layer: 1 },
    ]);
  });

  it('come in the order of their numbers, by position where an old file has no values', () => {
    const names = pairs(Array.from({ length: 11 }, (_, index) => `Segment${index}_Name:=s${index}`).join('\n'));
    assert.deepEqual(segmentsOf(names, 1)![10], { name: 's10', value: 11, layer: 0 });
    assert.deepEqual(segmentsOf(names, 11)![10], { name: 's10', value: 1, layer: 10 });
    assert.deepEqual(segmentsOf(pairs('Segment0_ID:=only'), 1), [{ name: 'only', value: 1, layer: 0 }]);
  });

  it('are none in another file', () => assert.equal(segmentsOf(pairs('Patient:=A'), 1), undefined));

  it('keep what NRRD escapes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headers-'));
    const path = join(folder, 'a.seg.nrrd');
    await writeFile(path, nrrd({}, undefined, 'Segment0_Name:=Milz \\\\ "links": :=\\nß\n'));
    const { keyValues } = await readImageHeader(path);
    await rm(folder, { recursive: true });
    assert.equal(segmentsOf(keyValues!, 1)![0]!.name, 'Milz \\ "links": :=\nß');
  });
});
