import assert from 'node:assert/strict';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decode } from 'fast-png';
import { contentDisposition } from '../../lib/server/send-file.js';
import { sendRaw, startTestServer, type TestServer } from './harness.js';

describe('files over HTTP', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await writeFile(path.join(server.folder, 'secret.txt'), 'secret');
    await mkdir(path.join(server.studies, 'folder'));
    await symlink(path.join(server.folder, 'secret.txt'), path.join(server.studies, 'link.txt'));
  });
  after(() => server.close());

  const image = '/datastore/image?image=a';

  it('come with what a download needs', async () => {
    const reply = await server.request(image);
    assert.equal(await reply.text(), '0123456789');
    assert.equal(reply.headers.get('content-length'), '10');
    assert.equal(reply.headers.get('content-type'), 'application/octet-stream');
    assert.equal(reply.headers.get('content-disposition'), 'attachment; filename="a.nii.gz"');
    assert.equal(reply.headers.get('accept-ranges'), 'bytes');
    assert.ok(reply.headers.get('etag'));
    assert.ok(reply.headers.get('last-modified'));
  });

  const ranges: readonly [range: string, status: number, text: string, contentRange: string | null][] = [
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=0-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=0-1,5-6', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
    ['nonsense', 200, '0123456789', null],
  ];
  for (const [range, status, text, contentRange] of ranges) {
    it(`Range: ${range} → ${status}`, async () => {
      const reply = await server.request(image, { headers: { range } });
      assert.equal(reply.status, status);
      assert.equal(await reply.text(), text);
      assert.equal(reply.headers.get('content-range'), contentRange);
    });
  }

  it('refuses a range outside the file', async () => {
    const reply = await server.request(image, { headers: { range: 'bytes=10-' } });
    assert.equal(reply.status, 416);
    assert.equal(reply.headers.get('content-range'), 'bytes */10');
    assert.deepEqual(await reply.json(), { detail: "The range lies outside the file's 10 bytes" });
  });

  it('are not sent again when they are known, nor in part when they have changed', async () => {
    const etag = (await server.request(image, { method: 'HEAD' })).headers.get('etag')!;
    const known = `GET ${image} HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: ${etag}\r\nConnection: close\r\n\r\n`;
    assert.match(await sendRaw(server.port, known), /^HTTP\/1.1 304 [^]*\r\n\r\n$/);
    const changed = { range: 'bytes=2-4', 'if-range': '"another"' };
    assert.equal(await (await server.request(image, { headers: changed })).text(), '0123456789');
    const unchanged = { range: 'bytes=2-4', 'if-range': etag };
    assert.equal(await (await server.request(image, { headers: unchanged })).text(), '234');
  });

  it('have a small picture, made once for each version of the file', async () => {
    const made = (): number => server.engine.asked.filter(({ name }) => name === 'thumbnail').length;
    const url = '/datastore/image/thumbnail?image=a';
    const reply = await server.request(url);
    assert.equal(reply.headers.get('content-type'), 'image/png');
    const { width, height, data } = decode(new Uint8Array(await reply.arrayBuffer()));
    assert.deepEqual({ width, height, data: [...data] }, { width: 2, height: 1, data: [7, 255] });
    assert.equal((await server.request(url)).status, 200);
    assert.equal(made(), 1);
    const etag = reply.headers.get('etag')!;
    const known = `GET ${url} HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: ${etag}\r\nConnection: close\r\n\r\n`;
    assert.match(await sendRaw(server.port, known), /^HTTP\/1.1 304 /);
    await utimes(path.join(server.studies, 'a.nii.gz'), 1, 1);
    assert.equal((await server.request(url)).status, 200);
    assert.equal(made(), 2);
    assert.equal((await server.request('/datastore/image/thumbnail?image=unknown')).status, 404);
  });

  it('answer HEAD, with a checksum too', async () => {
    const sha256 = '84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882';
    for (const [query, status] of [
      ['', 200],
      [`&check_sum=SHA256:${sha256}`, 200],
      [`&check_sum=${sha256.toUpperCase()}`, 200],
      ['&check_sum=SHA256:00', 404],
    ] as const) {
      const reply = await server.request(image + query, { method: 'HEAD' });
      assert.equal(reply.status, status, query);
    }
    assert.equal((await server.request('/datastore/label?image=a&tag=final', { method: 'HEAD' })).status, 404);
  });

  const hostile = [
    '/datastore/image?image=../secret',
    '/datastore/image?image=..%2f..%2fetc%2fpasswd',
    '/datastore/image?image=%00',
    '/datastore/image?image=__proto__',
    '/datastore/image?image=constructor',
    '/datastore/label?label=a&tag=..',
    '/datastore/label?label=a&tag=constructor',
    '/datastore/label?label=..%2fa&tag=final',
    '/static/..%2fstatic-files.ts',
    '/static/%2e%2e%2froute.ts',
    '/static/%00',
    `/static/${'x'.repeat(5000)}`,
    ...['/etc/passwd', 'secret.txt', '..', '\0', '{folder}/secret.txt', '{studies}/link.txt', '{studies}/folder'].map(
      (target) => `/download/${target}`,
    ),
  ];
  for (const url of hostile) {
    it(`do not leave their folder: ${url.slice(0, 60)}`, async () => {
      const target = /^\/download\/(.*)$/s.exec(url)?.[1];
      const place = target?.replace('{folder}', server.folder).replace('{studies}', server.studies);
      const real = place === undefined ? url : `/download/${Buffer.from(place).toString('base64url')}`;
      const reply = await server.request(real);
      assert.equal(reply.status, 404);
      assert.equal(typeof ((await reply.json()) as { detail: unknown }).detail, 'string');
    });
  }

  for (const [name, header] of [
    ['a.nii.gz', 'attachment; filename="a.nii.gz"'],
    ['b c.nrrd', "attachment; filename*=utf-8''b%20c.nrrd"],
    ['Milz ä"\r\n.nrrd', "attachment; filename*=utf-8''Milz%20%C3%A4%22%0D%0A.nrrd"],
  ] as const) {
    it(`are named ${JSON.stringify(name)}`, () => assert.equal(contentDisposition(name), header));
  }

  it('show the last lines of the log', async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `line ${index}\n`);
    await writeFile(server.logFile, lines.join(''));
    const last = await server.request('/logs/?text=true&lines=2');
    assert.equal(await last.text(), 'line 29998\nline 29999\n');
    assert.equal(last.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(await (await server.request('/logs?html=false&lines=0')).text(), lines.join(''));
    assert.match((await server.request('/logs/')).headers.get('content-type') ?? '', /^text\/html/);
  });
});
