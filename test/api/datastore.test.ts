import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { tinyNifti, tinyNrrd } from '../fixtures/nifti.js';
import { formWith, sendRaw, startTestServer, until, type TestServer } from './harness.js';

describe('/datastore', () => {
  let server: TestServer;
  let uploads: string;
  beforeEach(async () => {
    server = await startTestServer({ maxUpload: 1000 });
    const { incoming } = server.app.datastore;
    uploads = path.join(
      incoming,
      (await readdir(incoming)).find((name) => name.startsWith('uploads-'))!,
    );
  });
  afterEach(() => server.close());

  async function json(url: string, init?: RequestInit): Promise<unknown> {
    const reply = await server.request(url, init);
    assert.equal(reply.status, 200, `${url}: ${reply.status}`);
    return reply.json();
  }

  it('keeps a label, says so, gives it back and deletes it', async () => {
    const params = '{"label_info": [{"name": "spleen", "idx": 1}], "client_id": "me"}';
    const body = formWith({ params, label: { name: 'C:\\data\\tmp.nrrd', content: tinyNrrd() } });
    const stored = (await json('/datastore/label?image=a', { method: 'PUT', body })) as Record<string, unknown>;
    assert.deepEqual([stored['image'], stored['label']], ['a', 'a']);
    assert.deepEqual(await json('/datastore/'), { total: 2, completed: 1, label_tags: { final: 1 } });
    assert.deepEqual(await readFile(path.join(server.studies, 'labels/final/a.nrrd')), tinyNrrd());

    const label = await server.request('/datastore/label?label=a&tag=final');
    assert.deepEqual(Buffer.from(await label.arrayBuffer()), tinyNrrd());
    assert.equal(label.headers.get('content-disposition'), 'attachment; filename="a.nrrd"');
    assert.equal((await server.request('/datastore/label?image=a&tag=final', { method: 'HEAD' })).status, 200);

    const info = (await json('/datastore/label/info?label=a&tag=final')) as Record<string, unknown>;
    assert.deepEqual(info.label_info, [{ name: 'spleen', idx: 1 }]);
    assert.equal(info.client_id, 'me');
    assert.equal(info.user, 'admin');
    assert.deepEqual(await json('/datastore/?output=train'), [
      { image: path.join(server.studies, 'a.nii.gz'), label: path.join(server.studies, 'labels/final/a.nrrd') },
    ]);

    const deletion = { method: 'DELETE' };
    assert.deepEqual(await json('/datastore/label?id=a&tag=final', deletion), {});
    assert.deepEqual(await json('/datastore/label?id=a&tag=final', deletion), {});
    assert.deepEqual(await json('/datastore/label/info?label=a&tag=final'), {});
    assert.deepEqual(await json('/datastore/'), { total: 2, completed: 0, label_tags: {} });
  });

  it('keeps labels under any tag; an empty one means final', async () => {
    for (const tag of ['version_1', '']) {
      const body = formWith({ label: { name: 'x.nii.gz', content: tinyNifti() } });
      await json(`/datastore/label?image=a&tag=${tag}`, { method: 'PUT', body });
    }
    const { label_tags } = (await json('/datastore/')) as { label_tags: Record<string, number> };
    assert.deepEqual(label_tags, { final: 1, version_1: 1 });
  });

  it("understands the reviewer's form for the information of a label", async () => {
    const label = formWith({ label: { name: 'x.nii', content: tinyNifti() } });
    await json('/datastore/label?image=a', { method: 'PUT', body: label });
    const body = new URLSearchParams({ params: '{"segmentationMeta": {"status": "approved"}}' });
    assert.equal(await json('/datastore/updatelabelinfo?label=a&tag=final', { method: 'PUT', body }), null);
    const more = new URLSearchParams({ info: '{"level": 3}' });
    assert.equal(await json('/datastore/label/info?label=a&tag=final', { method: 'PUT', body: more }), null);
    const info = (await json('/datastore/label/info?label=a&tag=final')) as Record<string, unknown>;
    assert.deepEqual(info.segmentationMeta, { status: 'approved' });
    assert.equal(info.level, 3);
  });

  it('keeps an image under the id given, or under the name of the file', async () => {
    const file = { name: '/home/me/my.case.v1.nii.gz', content: 'volume' };
    const put = { method: 'PUT', body: formWith({ params: '{"PatientID": "p"}', file }) };
    assert.deepEqual(await json('/datastore/?image=new', put), { image: 'new' });
    assert.deepEqual(await json('/datastore/image', { method: 'PUT', body: formWith({ file }) }), {
      image: 'my.case.v1',
    });
    const info = (await json('/datastore/image/info?image=new')) as Record<string, unknown>;
    assert.deepEqual([info.PatientID, info.user], ['p', 'admin']);
    assert.equal(info.path, path.join(server.studies, 'new.nii.gz'));
    const more = new URLSearchParams({ info: '{"seen": true}' });
    assert.equal(await json('/datastore/image/info?image=new', { method: 'PUT', body: more }), null);
    assert.equal(((await json('/datastore/image/info?image=new')) as { seen: unknown }).seen, true);
    assert.deepEqual(await json('/datastore/image/info?image=nobody'), {});

    assert.deepEqual(await json('/datastore/image?id=new', { method: 'DELETE' }), {});
    assert.equal((await server.request('/datastore/?id=new', { method: 'DELETE' })).status, 404);
    const { objects } = (await json('/datastore/?output=all')) as { objects: object };
    assert.deepEqual(Object.keys(objects), ['a', 'b c', 'my.case.v1']);
  });

  it('tells itself from other folders, which its address may have served before', async () => {
    const { id } = (await json('/datastore/?output=all')) as { id: string };
    assert.equal(`${id}\n`, await readFile(path.join(server.folder, 'studies', '.monailabel', 'id'), 'utf8'));
  });

  for (const id of ['..', '../x', '/etc/x', 'a/b', '.hidden', '__proto__', 'nul\0', 'x'.repeat(300)]) {
    it(`refuses ${JSON.stringify(id.slice(0, 20))} as an id and a tag`, async () => {
      const image = formWith({ file: { name: 'x.nii.gz', content: 'volume' } });
      const label = formWith({ label: { name: 'x.nii', content: tinyNifti() } });
      const asked = encodeURIComponent(id);
      for (const [url, body] of [
        [`/datastore/image?image=${asked}`, image],
        [`/datastore/label?image=${asked}`, label],
        [`/datastore/label?image=a&tag=${asked}`, label],
      ] as const) {
        const reply = await server.request(url, { method: 'PUT', body });
        assert.ok([400, 404].includes(reply.status), `${url}: ${reply.status}`);
      }
      assert.deepEqual((await readdir(server.folder)).sort(), ['app', 'studies']);
      assert.deepEqual(await readdir(uploads), []);
    });
  }

  it('refuses a file that is too large and keeps nothing of it', async () => {
    const body = formWith({ label: { name: 'x.nii.gz', content: 'x'.repeat(1001) } });
    const reply = await server.request('/datastore/label?image=a', { method: 'PUT', body });
    assert.equal(reply.status, 413);
    assert.deepEqual(await reply.json(), { detail: 'The uploaded file is larger than 1000 bytes' });
    assert.deepEqual(await readdir(uploads), []);
  });

  it('refuses an upload by its length before any of it is read', async () => {
    const reply = await sendRaw(
      server.port,
      'PUT /datastore/label?image=a HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n' +
        'Content-Length: 99999999999\r\n\r\n',
    );
    assert.match(reply, /^HTTP\/1.1 413 /);
  });

  for (const [fault, type, body] of [
    ['no boundary', 'multipart/form-data', 'x'],
    ['an end before its time', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="l"'],
    ['no part at all', 'multipart/form-data; boundary=b', '--b--\r\n'],
    [
      'an end within a file that nobody wants',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="other"; filename="x.bin"\r\n\r\nhalf',
    ],
  ] as const) {
    it(`refuses a form with ${fault}`, async () => {
      const init = { method: 'PUT', headers: { 'content-type': type }, body };
      const reply = await server.request('/datastore/label?image=a', init);
      assert.equal(reply.status, 422);
      assert.deepEqual(await readdir(uploads), []);
    });
  }

  it('refuses fields that are too large together', async () => {
    const body = new FormData();
    for (let part = 0; part < 3; part += 1) body.append(`part${part}`, 'x'.repeat(6 * 2 ** 20));
    const reply = await server.request('/datastore/label?image=a', { method: 'PUT', body });
    assert.equal(reply.status, 413);
  });

  it('refuses a form of too many parts', async () => {
    const body = new FormData();
    for (let part = 0; part < 100; part += 1) body.append(`part${part}`, 'x');
    const reply = await server.request('/datastore/label?image=a', { method: 'PUT', body });
    assert.equal(reply.status, 413);
  });

  it('forgets an upload whose client goes', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write(
      'PUT /datastore/label?image=a HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n' +
        'Content-Length: 900\r\n\r\n--b\r\nContent-Disposition: form-data; name="label"; filename="x.nrrd"\r\n\r\nhalf',
    );
    await until(async () => (await readdir(uploads)).length === 1);
    socket.destroy();
    await until(async () => (await readdir(uploads)).length === 0);
    assert.deepEqual(await json('/datastore/'), { total: 2, completed: 0, label_tags: {} });
  });
});
