import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { writeLabelFile } from '../../web/src/labelmap/label-file.js';
import { launchBrowser, newPage } from './browser.js';
import { orientedVolumes, size, worldOf, writeOrientedVolumes } from './oriented-volumes.js';
import { positionKey, valuesByPosition } from './second-reader.js';
import { ServerProcess } from '../fixtures/server-process.js';

describe('the harness of the tests in a browser', () => {
  let server: ServerProcess;
  let browser: Browser | undefined;
  before(async () => {
    server = await ServerProcess.start(writeOrientedVolumes);
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await server.stop();
  });

  it('opens a page that complains about nothing and asks nobody else', async function () {
    if (browser === undefined) return this.skip();
    const { page, complaints, requests, foreignRequests } = await newPage(browser);
    await page.goto(`${server.url}/docs`, { waitUntil: 'networkidle' });
    assert.notEqual(await page.title(), '');
    assert.ok(requests.includes(`${server.url}/docs`));
    assert.deepEqual(complaints, []);
    assert.deepEqual(foreignRequests(server.url), []);
  });

  it('notices what a page complains about, and whom else it asks', async function () {
    if (browser === undefined) return this.skip();
    const { page, complaints, foreignRequests } = await newPage(browser);
    await page.goto('about:blank');
    const elsewhere = server.url.replace('127.0.0.1', 'localhost');
    const [failed] = await Promise.all([
      page.waitForEvent('requestfailed'),
      page.waitForEvent('pageerror'),
      page.evaluate(`
        console.warn('careful');
        setTimeout(() => { throw new Error('nobody caught it') });
        fetch('${elsewhere}/info/').catch(() => {});
      `),
    ]);
    assert.equal(failed.url(), `${elsewhere}/info/`);
    assert.deepEqual(foreignRequests(server.url), [failed.url()]);
    for (const part of ['careful', 'nobody caught it', elsewhere]) {
      assert.ok(
        complaints.some((each) => each.includes(part)),
        part,
      );
    }
  });

  it('draws with WebGL 2', async function () {
    if (browser === undefined) return this.skip();
    const { page } = await newPage(browser);
    const hasContext = await page.evaluate("document.createElement('canvas').getContext('webgl2') !== null");
    assert.equal(hasContext, true);
  });

  it('kills the server and starts it again where it was', async () => {
    const images = async (): Promise<string[]> => {
      const reply = await fetch(`${server.url}/datastore/?output=all`);
      return Object.keys(((await reply.json()) as { objects: object }).objects).sort();
    };
    const before = await images();
    assert.deepEqual(before, orientedVolumes.map(({ file }) => file.replace(/\.nii(\.gz)?$/, '')).sort());
    await server.kill();
    await assert.rejects(fetch(server.url));
    await server.startAgain();
    assert.deepEqual(await images(), before);
  });

  for (const volume of orientedVolumes) {
    it(`${volume.file}: a second reader finds voxels where they were put in the world`, async () => {
      const file = await readFile(path.join(server.studies, volume.file));
      const header = volume.file.endsWith('.gz') ? gunzipSync(file) : file;
      const voxels = new Uint8Array(size[0] * size[1] * size[2]);
      const painted = [
        [0, 0, 0],
        [39, 0, 3],
        [7, 47, 31],
      ] as const;
      painted.forEach(([i, j, k], index) => (voxels[i + size[0] * (j + size[1] * k)] = index + 1));
      const found = valuesByPosition(writeLabelFile({ header }, voxels));
      assert.deepEqual(found, new Map(painted.map((voxel, index) => [positionKey(worldOf(volume, voxel)), index + 1])));
    });
  }

  it('the first and the last voxel of the volumes lie where a ruler would find them', () => {
    const corners = orientedVolumes.map((volume) => [worldOf(volume, [0, 0, 0]), worldOf(volume, [39, 47, 31])]);
    // The middle is at 12, -34, 56; from there it is 19.5, 23.5 and 15.5 voxels along the axes of the file.
    const [ras, lps, sagittal] = corners.map((pair) => pair.map(positionKey));
    assert.deepEqual(ras, ['-7.50 -57.50 40.50', '31.50 -10.50 71.50']);
    assert.deepEqual(lps, ['27.60 -15.20 -21.50', '-3.60 -52.80 133.50']);
    assert.deepEqual(sagittal, ['-11.25 -14.50 77.15', '35.25 -53.50 34.85']);
  });
});
