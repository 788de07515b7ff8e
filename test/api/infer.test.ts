import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import type { InferOptions } from '../../lib/engine/types.js';
import { formWith, sendRaw, startTestServer, until, type TestServer } from './harness.js';
import { pathIn } from '../fixtures/results.js';

/** The bytes of MONAILabelClient.infer("spleen", …, label_in=…), as Python's http.client puts them on the wire. */
function pythonClientRequest(url: string, parts: string): string {
  return (
    `POST ${url} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAccept-Encoding: identity\r\n` +
    'content-type: multipart/form-data; boundary=----------lImIt_of_THE_fIle_eW_$\r\n' +
    `content-length: ${Buffer.byteLength(parts)}\r\n\r\n${parts}`
  );
}

const delimiter = '------------lImIt_of_THE_fIle_eW_$';

function pythonClientForm(params: string, file: { part: string; name: string; content: string }): string {
  return [
    delimiter,
    'Content-Disposition: form-data; name="params"',
    '',
    params,
    delimiter,
    `Content-Disposition: form-data; name="${file.part}"; filename="${file.name}"`,
    'Content-Type: application/octet-stream',
    '',
    file.content,
    `${delimiter}--`,
    '',
    '',
  ].join('\r\n');
}

describe('POST /infer/{model}', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const params =
    '{"label_names":{"spleen":1},"latencies":{"pre":0,"infer":1,"invert":0,"post":0,"write":0,"total":1,' +
    '"transform":{"pre":{},"post":{}}},"centroids":{"label_1":["1","1","2","3"]},"label_values":{"spleen":1}}';

  function lastInference(): InferOptions {
    return server.engine.asked.findLast(({ name }) => name === 'infer')!.options as InferOptions;
  }

  for (const output of ['', '&output=all']) {
    it('takes model and image from the parameters, where they name them', async () => {
      const body = formWith({ params: '{"model": "spleen", "image": "a", "result_extension": ".nii.gz"}' });
      const reply = await server.request('/infer/nope?image=nope&output=json', { method: 'POST', body });
      assert.equal(reply.status, 200, await reply.clone().text());
      const wrong = formWith({ params: '{"model": 7}' });
      assert.equal((await server.request('/infer/spleen?image=a', { method: 'POST', body: wrong })).status, 400);
    });

    it(`answers the two-part form byte by byte (${output})`, async () => {
      const reply = await sendRaw(
        server.port,
        `POST /infer/spleen?image=a${output} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`,
      );
      const [head, body] = [reply.slice(0, reply.indexOf('\r\n\r\n')), reply.slice(reply.indexOf('\r\n\r\n') + 4)];
      assert.match(head, /^HTTP\/1.1 200 OK\r\n/);
      assert.doesNotMatch(head, /transfer-encoding/i);
      const boundary = /content-type: multipart\/form-data; boundary=([0-9a-f]{32})(\r|$)/i.exec(head)![1]!;
      assert.equal(Number(/content-length: (\d+)/i.exec(head)![1]), Buffer.byteLength(body));
      const name = /filename="([0-9a-f-]{36}\.nii\.gz)"/.exec(body)![1]!;
      assert.equal(
        body,
        [
          `--${boundary}`,
          'Content-Disposition: form-data; name="params"',
          'Content-Type: application/json',
          '',
          params,
          `--${boundary}`,
          `Content-Disposition: form-data; name="image"; filename="${name}"`,
          'Content-Type: application/octet-stream',
          '',
          'the label file',
          `--${boundary}--`,
          '',
        ].join('\r\n'),
      );
    });
  }

  it('sends a large result whole and deletes it', async () => {
    const small = server.engine.result;
    server.engine.result = Buffer.alloc(5_000_000, 'abcdefg');
    const reply = await server.request('/infer/spleen?image=a&output=image', { method: 'POST' });
    assert.deepEqual(Buffer.from(await reply.arrayBuffer()), server.engine.result);
    await until(async () => (await readdir(parentOf(pathIn(lastInference())))).length === 0);
    server.engine.result = small;
  });

  it('output=json: the params alone', async () => {
    const reply = await server.request('/infer/spleen?image=a&output=json', { method: 'POST' });
    assert.equal(reply.headers.get('content-type'), 'application/json');
    assert.equal(await reply.text(), params);
    assert.deepEqual(await readdir(parentOf(pathIn(lastInference()))), []);
  });

  it('output=image: the file alone, in the format asked for', async () => {
    const body = new URLSearchParams({ params: '{"result_extension": ".nrrd", "result_dtype": "uint16"}' });
    const reply = await server.request('/infer/spleen?image=a&output=image', { method: 'POST', body });
    assert.equal(await reply.text(), 'the label file');
    assert.match(reply.headers.get('content-disposition')!, /^attachment; filename="[0-9a-f-]{36}\.nrrd"$/);
    assert.equal(lastInference().output.dtype, 'uint16');
  });

  it('sends what a click grew without a file in between, and keeps it where asked', async () => {
    const ask = (output: string, params: object) => {
      const body = formWith({ params: JSON.stringify({ spleen: [[1, 2, 3]], ...params }) });
      return clicks.request(`/infer/clicks?image=a&output=${output}`, { method: 'POST', body });
    };
    const clicks = await startTestServer({}, ['clicks']);
    try {
      const image = await ask('image', { result_extension: '.nrrd' });
      assert.match(image.headers.get('content-disposition')!, /^attachment; filename="[0-9a-f-]{36}\.nrrd"$/);
      assert.equal(image.headers.get('content-length'), '14');
      assert.equal(await image.text(), 'the label file');
      assert.match(
        await (await ask('all', {})).text(),
        /filename="[0-9a-f-]{36}\.nii\.gz"\r\n.*\r\n\r\nthe label file\r\n/,
      );
      assert.equal((await ask('json', {})).headers.get('content-type'), 'application/json');
      const asked = clicks.engine.asked.filter(({ name }) => name === 'infer').map(({ options }) => options);
      for (const { output } of asked as InferOptions[]) assert.ok('extension' in output);

      assert.equal((await ask('json', { save_label: true, label_tag: 'grown' })).status, 200);
      assert.ok(clicks.app.datastore.hasLabel('a', 'grown'));
    } finally {
      await clicks.close();
    }
  });

  it("understands the Python client's form", async () => {
    const form = pythonClientForm('{"result_dtype": "int16", "client_id": "user-xyz"}', {
      part: 'label',
      name: 'scribbles.nii.gz',
      content: 'bytes',
    });
    const reply = await sendRaw(server.port, pythonClientRequest('/infer/spleen?image=b+c', form));
    assert.match(reply, /^HTTP\/1.1 200 OK/);
    assert.equal(lastInference().output.dtype, 'int16');
    assert.match(lastInference().image, /b c\.nii\.gz$/);
  });

  it("takes an uploaded file before the datastore's image, and only the suffix of its name", async () => {
    const form = pythonClientForm('{}', { part: 'file', name: '/home/me/../x/tmp.abc.nii.gz', content: 'volume' });
    const reply = await sendRaw(server.port, pythonClientRequest('/infer/spleen?image=a', form));
    assert.match(reply, /^HTTP\/1.1 200 OK/);
    assert.match(lastInference().image, /\.monailabel\/incoming\/uploads-[^/]*\/[0-9a-f-]{36}\.nii\.gz$/);
    assert.deepEqual(await readdir(parentOf(lastInference().image)), []);
  });

  it('ignores a body that is no form', async () => {
    const headers = { 'content-type': 'application/json' };
    const reply = await server.request('/infer/spleen?image=a&output=json', { method: 'POST', headers, body: '{"a":' });
    assert.equal(reply.status, 200);
  });

  it('decodes the name of a model once', async () => {
    for (const [sent, seen] of [
      ['Histogram%2BGraphCut', 'Histogram+GraphCut'],
      ['GMM+GraphCut', 'GMM+GraphCut'],
      ['a%252Fb', 'a%2Fb'],
    ] as const) {
      const reply = await server.request(`/infer/${sent}?image=a`, { method: 'POST' });
      assert.deepEqual(await reply.json(), { detail: `There is no model "${seen}": choose from spleen` });
    }
  });

  for (const text of ['{"a": ', '[1]', 'null', '"text"']) {
    it(`refuses params ${text}`, async () => {
      const body = new URLSearchParams({ params: text });
      const reply = await server.request('/infer/spleen?image=a', { method: 'POST', body });
      assert.equal(reply.status, 422);
      const { detail } = (await reply.json()) as { detail: { loc: unknown }[] };
      assert.deepEqual(detail[0]!.loc, ['body', 'params']);
    });
  }

  it('stops when the client goes', async () => {
    server.engine.gate = new Promise(() => {});
    const before = server.engine.aborted;
    const running = server.engine.asked.length;
    const request = http.request(`${server.url}/infer/spleen?image=a`, { method: 'POST' });
    request.on('error', () => {});
    request.end();
    await until(() => server.engine.asked.length > running);
    request.destroy();
    await until(() => server.engine.aborted > before);
    server.engine.gate = undefined;
  });
});

function parentOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/'));
}
