import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { strategies } from '../../lib/strategies/registry.js';
import { formWith, sendRaw, startTestServer, type TestServer } from './harness.js';

describe('failures over HTTP', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const cases: readonly [method: string, url: string, status: number, detail: unknown, body?: string][] = [
    ['GET', '/nope', 404, 'Not Found'],
    ['GET', '/auth/', 404, 'Not Found'],
    ['GET', '/%zz', 404, 'Not Found'],
    ['PUT', '/info/', 405, 'Method Not Allowed'],
    ['GET', '/train/', 404, 'No Train Tasks Found'],
    ['GET', '/train?check_if_running=True', 404, 'No Train Tasks are currently Running'],
    ['GET', '/datastore/image?image=zz', 404, 'Image NOT Found or is a directory'],
    ['GET', '/datastore/label?label=a&tag=final', 404, 'Label NOT Found or is a directory'],
    ['GET', '/logs/?text=true', 404, 'Log File app.log NOT Found'],
    ['POST', '/infer/spleen?session_id=x', 404, 'Session (x) Not Found'],
    ['POST', '/infer/spleen', 400, 'Neither Image nor File not Session ID input is provided'],
    [
      'POST',
      '/infer/spleen?image=a&output=dicom_seg',
      400,
      'DICOM SEG format is not supported in a non-DICOM datastore',
    ],
    ['POST', '/infer/nope?image=a', 404, 'There is no model "nope": choose from spleen'],
    [
      'POST',
      '/activelearning/nope',
      404,
      `There is no strategy "nope": choose from ${Object.keys(strategies).join(', ')}`,
    ],
    [
      'GET',
      '/datastore/image',
      422,
      [{ type: 'missing', loc: ['query', 'image'], msg: 'Field required', input: null }],
    ],
    [
      'GET',
      '/datastore?output=zzz',
      422,
      [
        {
          type: 'enum',
          loc: ['query', 'output'],
          msg: "Input should be 'stats', 'all' or 'train'",
          input: 'zzz',
          ctx: { expected: "'stats', 'all' or 'train'" },
        },
      ],
    ],
    [
      'GET',
      '/train?all=maybe',
      422,
      [
        {
          type: 'bool_parsing',
          loc: ['query', 'all'],
          msg: 'Input should be a valid boolean, unable to interpret input',
          input: 'maybe',
        },
      ],
    ],
    [
      'POST',
      '/activelearning/first',
      422,
      [{ type: 'dict_type', loc: ['body'], msg: 'Input should be a valid dictionary', input: [1] }],
      '[1]',
    ],
    [
      'PUT',
      '/datastore/label?image=a',
      422,
      [{ type: 'missing', loc: ['body', 'label'], msg: 'Field required', input: null }],
    ],
  ];
  for (const [method, url, status, detail, body] of cases) {
    it(`${method} ${url} ${body ?? ''} → ${status}`, async () => {
      const reply = await server.request(url, { method, ...(body !== undefined && { body }) });
      assert.equal(reply.status, status);
      assert.equal(reply.headers.get('content-type'), 'application/json');
      assert.deepEqual(await reply.json(), { detail });
    });
  }

  it('names the position of a fault in a JSON body', async () => {
    const reply = await server.request('/train/spleen', { method: 'POST', body: '{"a": 1' });
    assert.equal(reply.status, 422);
    const { detail } = (await reply.json()) as { detail: { type: string; loc: unknown[] }[] };
    assert.equal(detail[0]?.type, 'json_invalid');
    assert.deepEqual(detail[0]?.loc, ['body', 7]);
  });

  it('refuses JSON that is nested too deeply to be walked through, as a body and in a form', async () => {
    const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const body = await server.request('/train/spleen', { method: 'POST', body: deep });
    assert.equal(body.status, 422);
    assert.match(await body.text(), /nested more than 100 levels deep/);
    const form = await server.request('/datastore/image/info?image=a', {
      method: 'PUT',
      body: formWith({ info: deep }),
    });
    assert.equal(form.status, 422);
  });

  it('says with 405 what is allowed', async () => {
    const reply = await server.request('/info', { method: 'DELETE' });
    assert.equal(reply.headers.get('allow'), 'HEAD, GET');
  });

  it('refuses a JSON body without end', async () => {
    const endless = `POST /train/spleen HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n`;
    const reply = await sendRaw(server.port, Buffer.concat([Buffer.from(endless), Buffer.alloc(17 * 2 ** 20, 32)]));
    assert.match(reply, /^HTTP\/1.1 413 /);
  });

  it('refuses headers without end', async () => {
    const reply = await sendRaw(server.port, `GET /info HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}`);
    assert.match(reply, /^HTTP\/1.1 431 /);
  });

  it('says that the disk is full, and keeps nothing of what did not fit', async function () {
    const { incoming } = server.app.datastore;
    const [name] = (await readdir(incoming)).filter((each) => each.startsWith('uploads-'));
    const uploads = path.join(incoming, name!);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', uploads], { stdio: 'ignore' });
    } catch {
      return this.skip(); // only the superuser may
    }
    try {
      // In chunks, for nobody can say before the end that it does not fit.
      const part = `--b\r\nContent-Disposition: form-data; name="label"; filename="x.nrrd"\r\n\r\n${'x'.repeat(500_000)}`;
      const reply = await sendRaw(
        server.port,
        'PUT /datastore/label?image=a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n' +
          `Content-Type: multipart/form-data; boundary=b\r\n\r\n${part.length.toString(16)}\r\n${part}\r\n0\r\n\r\n`,
      );
      assert.match(reply, /^HTTP\/1.1 507 [^]*"The disk of the server is full"/);
      assert.deepEqual(await readdir(uploads), []);
    } finally {
      execFileSync('umount', [uploads]);
    }
  });

  it('refuses an upload that the disk has no room for', async () => {
    const large = await startTestServer({ maxUpload: Number.MAX_SAFE_INTEGER });
    try {
      const reply = await sendRaw(
        large.port,
        'PUT /datastore/label?image=a HTTP/1.1\r\nHost: localhost\r\n' +
          'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000000000000\r\n\r\n',
      );
      assert.match(reply, /^HTTP\/1.1 507 /);
    } finally {
      await large.close();
    }
  });

  it('gives up on an upload, and on JSON, that stand still', async () => {
    const impatient = await startTestServer({ patience: 50 });
    try {
      const head = 'Host: localhost\r\nContent-Length: 900\r\n';
      const form =
        `PUT /datastore/label?image=a HTTP/1.1\r\n${head}Content-Type: multipart/form-data; boundary=b\r\n\r\n` +
        '--b\r\nContent-Disposition: form-data; name="label"; filename="x.nrrd"\r\n\r\nhalf';
      assert.match(await sendRaw(impatient.port, form), /^HTTP\/1.1 408 /);
      // Nobody can tell half of a JSON text from a client that has gone: the connection is cut.
      const json = `POST /train/spleen HTTP/1.1\r\n${head}\r\n{"max`;
      assert.equal(await sendRaw(impatient.port, json), '');
    } finally {
      await impatient.close();
    }
  });

  it('cuts a request that not even a failure can be told of, and serves the next', async () => {
    const errors: string[] = [];
    const fail = (): never => {
      throw new Error('no room for a warning');
    };
    const log = { info: fail, warn: fail, error: (message: string) => void errors.push(message) };
    const unlogged = await startTestServer({ log });
    try {
      await assert.rejects(unlogged.request('/nope'), { message: 'fetch failed' });
      assert.match(errors.join(''), /^A request could not be answered: Error: no room for a warning\n +at /);
      assert.equal((await unlogged.request('/info/')).status, 200);
    } finally {
      await unlogged.close();
    }
  });

  it('says that the port is taken', async () => {
    const message = `The server cannot listen on port ${server.port} of 127.0.0.1: another program listens there`;
    await assert.rejects(startTestServer({ port: server.port }), { message });
  });

  it('tells nobody what went wrong inside', async () => {
    server.app.datastore.status = () => {
      throw new TypeError('a secret of the inside');
    };
    try {
      const reply = await server.request('/datastore', { headers: { origin: 'http://localhost:3000' } });
      assert.equal(reply.status, 500);
      assert.equal(reply.headers.get('access-control-allow-origin'), 'http://localhost:3000');
      assert.deepEqual(await reply.json(), { detail: 'Internal Server Error' });
    } finally {
      Reflect.deleteProperty(server.app.datastore, 'status');
    }
  });
});
