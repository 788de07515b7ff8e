import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { packageRoot } from '../../lib/package-root.js';
import { tinyNifti } from '../fixtures/nifti.js';
import { sendRaw, startTestServer, type TestServer } from './harness.js';

describe('HTTP conventions of MONAI Label', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await writeFile(path.join(server.studies, 'a.nii.gz'), tinyNifti());
  });
  after(() => server.close());

  for (const url of ['/info', '/info/', '/datastore', '/datastore/', '/openapi.json', '/', '/docs', '/favicon.ico']) {
    it(`serves ${url} without a redirect`, async () => {
      const reply = await server.request(url, { redirect: 'error' });
      assert.equal(reply.status, 200);
      await reply.arrayBuffer();
    });
  }

  it('answers /info/ with the ten keys in their order', async () => {
    const reply = await server.request('/info/');
    assert.deepEqual(Object.keys((await reply.json()) as object), [
      'name',
      'description',
      'version',
      'labels',
      'models',
      'trainers',
      'strategies',
      'scoring',
      'train_stats',
      'datastore',
    ]);
  });

  it('describes every route in the OpenAPI document', async () => {
    const document = (await (await server.request('/openapi.json')).json()) as {
      openapi: string;
      info: unknown;
      paths: Record<string, Record<string, { parameters: unknown; requestBody?: { content: unknown } }>>;
    };
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(document.info, { title: 'MONAILabel', version: '1.2.3' });
    assert.deepEqual(Object.keys(document.paths['/train/{model}'] ?? {}), ['post']);
    assert.deepEqual(Object.keys(document.paths['/datastore/label'] ?? {}), ['put', 'delete', 'head', 'get']);
    const save = document.paths['/datastore/label']!.put!;
    assert.deepEqual(save.parameters, [
      { name: 'image', in: 'query', required: true, schema: { type: 'string' } },
      { name: 'tag', in: 'query', required: false, schema: { type: 'string', default: 'final' } },
      {
        name: 'image_etag',
        in: 'query',
        required: false,
        schema: { type: 'string' },
        description: 'ETag of the image it was drawn on; 412 for another',
      },
    ]);
    assert.deepEqual(save.requestBody?.content, {
      'multipart/form-data': {
        schema: {
          type: 'object',
          properties: {
            params: {
              type: 'string',
              default: '{}',
              description: 'JSON object: label_values, label_info, client_id, …',
            },
            label: { type: 'string', format: 'binary' },
          },
          required: ['label'],
        },
      },
    });
  });

  it('shows the API without anything from elsewhere', async () => {
    const page = await server.request('/docs');
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'self';/);
    const addresses = [...(await page.text()).matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address!);
    assert.equal(addresses.length, 4);
    for (const address of addresses) {
      const asset = await server.request(address);
      assert.equal(asset.status, 200, address);
      await asset.arrayBuffer();
    }
  });

  it('serves its interface below a prefix, of which the pages know', async () => {
    const below = await startTestServer({ prefix: '/api' });
    try {
      assert.equal((await below.request('/api/info')).status, 200);
      assert.equal((await below.request('/info')).status, 404);
      assert.match(await (await below.request('/')).text(), /data-api="\/api"/);
      const { paths } = (await (await below.request('/openapi.json')).json()) as { paths: object };
      assert.ok(Object.keys(paths).every((address) => address.startsWith('/api/')));
    } finally {
      await below.close();
    }
  });

  it('serves https with a key and a certificate', async () => {
    const folder = path.join(packageRoot, 'test', 'fixtures', 'tls');
    const [key, cert] = await Promise.all(
      ['key.pem', 'certificate.pem'].map((name) => readFile(path.join(folder, name))),
    );
    const safe = await startTestServer({ tls: { key: key!, cert: cert! } });
    try {
      assert.match(safe.url, /^https:/);
      const [reply] = (await once(https.get(`${safe.url}/info`, { ca: cert! }), 'response')) as [IncomingMessage];
      assert.equal(reply.statusCode, 200);
      reply.resume();
    } finally {
      await safe.close();
    }
  });

  it('reads JSON that comes without a Content-Type', async () => {
    const body = '{"client_id": "x"}';
    const head = `POST /activelearning/first HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`;
    const reply = await sendRaw(server.port, head + body);
    assert.match(reply, /^HTTP\/1.1 200 /);
    assert.match(reply, /"id":"a"/);
    assert.deepEqual(server.app.datastore.image('a').info['strategy'], {
      first: {
        ts: (server.app.datastore.image('a').info['strategy'] as { first: { ts: number } }).first.ts,
        client_id: 'x',
      },
    });
  });

  for (const body of ['', 'null', '{}']) {
    it(`takes the body "${body}" for no parameters`, async () => {
      const reply = await server.request('/activelearning/first', { method: 'POST', body });
      assert.equal(reply.status, 200);
      assert.equal(((await reply.json()) as { id: string }).id, 'a');
    });
  }

  for (const method of ['GET', 'DELETE']) {
    it(`answers ${method} at once, whatever length a body is said to have`, async () => {
      const url = method === 'GET' ? '/info/' : '/train/';
      const type = 'multipart/form-data; boundary=----------lImIt_of_THE_fIle_eW_$';
      const reply = await sendRaw(
        server.port,
        `${method} ${url} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: 160\r\n\r\n`,
      );
      assert.match(reply, /^HTTP\/1.1 200 OK/);
      assert.match(reply, /connection: close/i);
    });
  }

  it('keeps answering light requests while an inference runs', async () => {
    let open = (): void => {};
    server.engine.gate = new Promise((resolve) => (open = resolve));
    const inference = server.request('/infer/spleen?image=a&output=json', { method: 'POST' });
    for (const url of ['/info', '/datastore', '/train']) await (await server.request(url)).arrayBuffer();
    open();
    assert.equal((await inference).status, 200);
    server.engine.gate = undefined;
  });
});
