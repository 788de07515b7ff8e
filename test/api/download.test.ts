import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create } from 'tar';
import { download } from '../../lib/cli/download.js';
import { fetchDataset } from '../../lib/cli/fetch-dataset.js';

const content = randomBytes(300_000);
const md5 = createHash('md5').update(content).digest('hex');

describe('downloads', () => {
  let folder: string;
  let server: http.Server;
  let url: string;
  /** Ranges asked for, in order. */
  let asked: (string | undefined)[];
  /** After how many bytes each reply breaks off; undefined: not at all. */
  let breaks: (number | undefined)[];
  let served: Buffer;
  let knowsRanges: boolean;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'download-'));
    asked = [];
    breaks = [];
    served = content;
    knowsRanges = true;
    server = http.createServer((request, response) => {
      const { range } = request.headers;
      asked.push(range);
      const start = knowsRanges ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
      if (start >= served.length) return void response.writeHead(416).end();
      const rest = served.subarray(start);
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length });
      const end = breaks.shift();
      if (end === undefined) response.end(rest);
      // Closed, not reset: what was sent before arrives.
      else response.write(rest.subarray(0, end), () => response.socket?.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.tar`;
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  const target = (): string => path.join(folder, 'x.tar');
  const fetchIt = (): Promise<void> => download({ url, file: target(), md5, retryDelay: 1 });

  it('arrive whole', async () => {
    await fetchIt();
    assert.deepEqual(await readFile(target()), content);
    assert.deepEqual(await readdir(folder), ['x.tar']);
  });

  it('go on where the connection broke', async () => {
    breaks = [100_000, 100_000];
    await fetchIt();
    assert.deepEqual(await readFile(target()), content);
    assert.equal(asked.length, 3);
    assert.equal(asked[0], undefined);
    assert.match(asked[1]!, /^bytes=[1-9]\d*-$/);
    assert.match(asked[2]!, /^bytes=[1-9]\d*-$/);
  });

  it('go on where an earlier process stopped', async () => {
    await writeFile(`${target()}.part`, content.subarray(0, 123_456));
    await fetchIt();
    assert.deepEqual(asked, ['bytes=123456-']);
    assert.deepEqual(await readFile(target()), content);
  });

  it('ask for nothing more when all is there', async () => {
    await writeFile(`${target()}.part`, content);
    await fetchIt();
    assert.deepEqual(await readFile(target()), content);
  });

  it('start anew where the server knows no ranges', async () => {
    knowsRanges = false;
    breaks = [100_000];
    await fetchIt();
    assert.deepEqual(await readFile(target()), content);
  });

  it('leave nothing when the checksum is wrong', async () => {
    served = randomBytes(1000);
    await assert.rejects(fetchIt(), { code: 'INVALID_FILE' });
    assert.deepEqual(await readdir(folder), []);
  });

  it('give up on a server that keeps breaking off, and keep what came', async () => {
    breaks = Array<number>(99).fill(1000);
    await assert.rejects(fetchIt(), { code: 'IO' });
    assert.deepEqual(await readdir(folder), ['x.tar.part']);
  });

  it('unpack into a folder that appears whole', async () => {
    await mkdir(path.join(folder, 'source', 'Task', 'imagesTr'), { recursive: true });
    for (const name of ['a.nii.gz', '._a.nii.gz']) {
      await writeFile(path.join(folder, 'source', 'Task', 'imagesTr', name), name);
    }
    const archive = path.join(folder, 'source', 'Task.tar');
    await create({ file: archive, cwd: path.join(folder, 'source') }, ['Task']);
    served = await readFile(archive);
    const sum = createHash('md5').update(served).digest('hex');

    const output = path.join(folder, 'data');
    const request = { name: 'Task', url, md5: sum, output, retryDelay: 1 };
    assert.equal(await fetchDataset(request), path.join(output, 'Task'));
    assert.deepEqual(await readdir(output), ['Task']);
    assert.deepEqual(await readdir(path.join(output, 'Task', 'imagesTr')), ['a.nii.gz']);
    await assert.rejects(fetchDataset(request), { code: 'INVALID_INPUT' });
  });

  it('unpack nothing outside their folder', async () => {
    await mkdir(path.join(folder, 'source', 'Task'), { recursive: true });
    await writeFile(path.join(folder, 'source', 'evil'), 'evil');
    await create({ file: path.join(folder, 'x.tar'), cwd: path.join(folder, 'source', 'Task'), preservePaths: true }, [
      '../evil',
    ]);
    served = await readFile(path.join(folder, 'x.tar'));
    const sum = createHash('md5').update(served).digest('hex');
    const output = path.join(folder, 'data');
    await assert.rejects(fetchDataset({ name: 'Task', url, md5: sum, output, retryDelay: 1 }));
    assert.deepEqual((await readdir(folder)).sort(), ['data', 'source', 'x.tar']);
    assert.deepEqual(await readdir(output), ['Task.tar']);
  });
});
