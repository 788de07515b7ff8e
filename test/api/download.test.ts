import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { create } from 'tar';
import { fetchPretrained } from '../../lib/app/pretrained.js';
import { fetchDataset } from '../../lib/cli/fetch-dataset.js';
import { download } from '../../lib/files/download.js';
import { silentLog } from '../../lib/log.js';
import { EngineScript } from './engine-script.js';

const content = randomBytes(300_000);
const md5Of = (data: Buffer) => ({ algorithm: 'md5', hex: createHash('md5').update(data).digest('hex') }) as const;
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
const etagOf = (data: Buffer): string => `"${md5Of(data).hex}"`;

describe('downloads', () => {
  let folder: string;
  let server: http.Server;
  let url: string;
  /** Ranges asked for, in order. */
  let asked: (string | undefined)[];
  /** After how many bytes each reply breaks off; undefined: not at all. */
  let breaks: (number | undefined)[];
  let served: Buffer;
  /** What the server has from the first break on; undefined: the same. */
  let exchanged: Buffer | undefined;
  let knowsRanges: boolean;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'download-'));
    asked = [];
    breaks = [];
    served = content;
    exchanged = undefined;
    knowsRanges = true;
    server = http.createServer((request, response) => {
      const { range, 'if-range': expected } = request.headers;
      asked.push(range);
      const isSame = expected === undefined || expected === etagOf(served);
      const start = knowsRanges && isSame ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
      if (start >= served.length) return void response.writeHead(416).end();
      const rest = served.subarray(start);
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length, etag: etagOf(served) });
      const end = breaks.shift();
      if (end !== undefined && exchanged !== undefined) served = exchanged;
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
  const fetchIt = (): Promise<void> => download({ url, file: target(), checksum: md5Of(content), retryDelay: 1 });

  it('arrive whole', async () => {
    await fetchIt();
    assert.deepEqual(await readFile(target()), content);
    assert.deepEqual(await readdir(folder), ['x.tar']);
  });

  it('go on where the connection broke', async () => {
    breaks = [100_000, 100_000];
    await fetchIt();
    assert.deepEqual(await readFile(target()), content);
    assert.deepEqual(asked, [undefined, 'bytes=100000-', 'bytes=200000-']);
  });

  it('go on where an earlier process stopped', async () => {
    await writeFile(`${target()}.part`, content.subarray(0, 123_456));
    await fetchIt();
    assert.deepEqual(asked, ['bytes=123456-']);
    assert.deepEqual(await readFile(target()), content);
  });

  it('go on with no other file than the one that was begun', async () => {
    breaks = [100_000];
    exchanged = randomBytes(200_000);
    await download({ url, file: target(), retryDelay: 1 });
    assert.deepEqual(asked, [undefined, 'bytes=100000-']);
    assert.deepEqual(await readFile(target()), exchanged);
  });

  it('do not go on from an earlier process without a checksum to prove that it is the same file', async () => {
    await writeFile(`${target()}.part`, 'of another version');
    await download({ url, file: target(), retryDelay: 1 });
    assert.deepEqual(asked, [undefined]);
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
    assert.deepEqual(await readFile(`${target()}.part`), content.subarray(0, 6 * 1000));
  });

  it('end at once when they are stopped, and keep what came', async () => {
    const stop = new AbortController();
    breaks = [1000];
    const stopAtFirstBytes = { onProgress: () => stop.abort(), signal: stop.signal };
    const request = { url, file: target(), checksum: md5Of(content), retryDelay: 1e8, ...stopAtFirstBytes };
    await assert.rejects(download(request), { name: 'AbortError' });
    assert.deepEqual(await readdir(folder), ['x.tar.part']);
  });

  it('bring the weights of a model, also where the connection breaks', async () => {
    breaks = [100_000];
    const said: string[] = [];
    const engine = new EngineScript();
    const source = { base: url.replace(/\/x\.tar$/, ''), file: 'x.tar', sha256: sha256(content), retryDelay: 1 };
    const log = { ...silentLog, info: (line: string) => said.push(line) };
    await fetchPretrained(source, target(), engine, log, new AbortController().signal);
    assert.deepEqual(await readFile(target()), content);
    assert.deepEqual(await readdir(folder), ['x.tar']);
    assert.deepEqual(asked, [undefined, 'bytes=100000-']);
    assert.match(said.join('\n'), /^Pretrained weights: /);
    assert.deepEqual(
      engine.asked.map(({ name }) => name),
      ['inspectWeights'],
    );
  });

  it('unpack into a folder that appears whole', async () => {
    await mkdir(path.join(folder, 'source', 'Task', 'imagesTr'), { recursive: true });
    for (const name of ['a.nii.gz', '._a.nii.gz']) {
      await writeFile(path.join(folder, 'source', 'Task', 'imagesTr', name), name);
    }
    const archive = path.join(folder, 'source', 'Task.tar');
    await create({ file: archive, cwd: path.join(folder, 'source') }, ['Task']);
    served = await readFile(archive);
    const checksum = md5Of(served);

    const output = path.join(folder, 'data');
    const request = { name: 'Task', url, checksum, output, retryDelay: 1 };
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
    const checksum = md5Of(served);
    const output = path.join(folder, 'data');
    await assert.rejects(fetchDataset({ name: 'Task', url, checksum, output, retryDelay: 1 }));
    assert.deepEqual((await readdir(folder)).sort(), ['data', 'source', 'x.tar']);
    assert.deepEqual(await readdir(output), ['Task.tar']);
  });
});
