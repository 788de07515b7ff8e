import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tinyNifti, tinyNrrd } from '../fixtures/nifti.js';
import { formWith, startTestServer, type TestServer } from './harness.js';

interface Sample {
  readonly id: string;
  readonly url: string;
}

describe("the dry run of the first release's README", () => {
  for (const method of ['POST', 'PUT']) {
    it(`works, with ${method} for the label`, async () => {
      const server = await startTestServer();
      try {
        await dryRun(server, method);
      } finally {
        await server.close();
      }
    });
  }

  async function dryRun(server: TestServer, method: string): Promise<void> {
    const file = path.join(server.studies, 'a.nii.gz');
    await writeFile(file, tinyNifti());
    const next = await server.request('/activelearning/sample', { method: 'POST', body: '{"strategy": "first"}' });
    const sample = (await next.json()) as Sample;
    assert.deepEqual(sample, {
      name: 'a.nii.gz',
      id: file,
      path: file,
      studies: server.studies,
      url: `/download/${Buffer.from(file).toString('base64url')}`,
      checksum: `SHA256:${createHash('sha256').update(tinyNifti()).digest('hex')}`,
    });
    const download = await server.request(sample.url);
    assert.deepEqual(Buffer.from(await download.arrayBuffer()), tinyNifti());
    const catalogue = Buffer.from(path.join(server.studies, 'datastore_v2.json')).toString('base64url');
    assert.equal((await server.request(`/download/${catalogue}`)).status, 404);

    const image = encodeURIComponent(sample.id);
    const body = '{"result_extension": ".nrrd"}';
    const inference = await server.request(`/inference/spleen?image=${image}`, { method: 'POST', body });
    assert.match(inference.headers.get('content-type')!, /^multipart\/form-data; boundary=/);
    assert.match(await inference.text(), /\.nrrd"\r\n/);

    const label = formWith({ label: { name: 'corrected.nrrd', content: tinyNrrd() } });
    const saved = await server.request(`/activelearning/label?image=${image}`, { method, body: label });
    assert.deepEqual(await saved.json(), { image: file, label: 'labels/final/a.nrrd' });
    assert.equal(server.app.datastore.status().completed, 1);
  }

  it('has nothing more to offer when all is labelled', async () => {
    const server = await startTestServer();
    try {
      for (const id of ['a', 'b c']) {
        const body = formWith({ label: { name: 'x.nii', content: tinyNifti() } });
        await server.request(`/activelearning/label?image=${id}`, { method: 'PUT', body });
      }
      const reply = await server.request('/activelearning/sample', { method: 'POST' });
      assert.equal(reply.status, 404);
      assert.deepEqual(await reply.json(), { detail: 'Every image has a label' });
    } finally {
      await server.close();
    }
  });
});
