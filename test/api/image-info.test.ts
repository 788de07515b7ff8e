import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { packageRoot } from '../../lib/package-root.js';
import { startTestServer, type TestServer } from './harness.js';

describe('/datastore/image/info', () => {
  let server: TestServer;
  before(async () => (server = await startTestServer()));
  after(() => server.close());

  async function info(image: string): Promise<Record<string, unknown>> {
    return (await (await server.request(`/datastore/image/info?image=${image}`)).json()) as Record<string, unknown>;
  }

  it('tells size and place from the header, without the engine', async () => {
    const file = path.join(packageRoot, 'test', 'golden', 'images', 'channels.nii');
    await copyFile(file, path.join(server.studies, 'a.nii.gz'));
    const right = { size: [5, 4, 3], orientation: 'RAS', units: 'unknown', channels: 2 };
    const before = server.engine.asked.length;
    const { size, spacing, orientation, units, channels } = await info('a');
    assert.deepEqual({ size, orientation, units, channels }, right);
    assert.deepEqual((spacing as number[]).map(Math.fround), [0.8, 1.1, 2.5].map(Math.fround));
    assert.equal(server.engine.asked.length, before);
  });

  it('has nothing of that for a file that is no image', async () => {
    const keys = Object.keys(await info('b c'));
    assert.ok(!keys.includes('size') && keys.includes('path'), keys.join());
  });
});
