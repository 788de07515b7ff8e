/** A server and a browser for the tests of a theme. What a page complains about fails the test that looked at it. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { AnnotationPage } from './annotation-page.js';
import { launchBrowser } from './browser.js';
import { positionOf, type Geometry, type Vec3 } from './geometry.js';
import { positionKey, readGeometry, valuesByPosition } from './second-reader.js';
import { ServerProcess } from '../fixtures/server-process.js';

/** What a browser itself says in the console while a server is away or refuses, and NiiVue of a file that is no image. */
const trouble = /^error: Failed to load resource|net::ERR_|^error: niivue-error Error processing NIfTI file/;

export class Stage {
  #server: ServerProcess | undefined;
  #browser: Browser | undefined;
  #visited: AnnotationPage[] = [];

  private constructor() {}

  /** Call in a `describe`. `troubled`: its tests take the server away or give it broken files, so requests fail there. */
  static here(fill: (studies: string) => Promise<void>, { troubled = false } = {}): Stage {
    const stage = new Stage();
    before(async function () {
      stage.#browser = await launchBrowser();
      if (stage.#browser === undefined) {
        console.log('    left out: there is no Chromium (Debian: apt-get install chromium; elsewhere set CHROMIUM)');
        return this.skip();
      }
      stage.#server = await ServerProcess.start(fill);
    });
    afterEach(async () => {
      const visited = stage.#visited.splice(0);
      await Promise.all(visited.map(({ page }) => page.context().close()));
      for (const { watched, url } of visited) {
        assert.deepEqual(
          watched.complaints.filter((each) => !(troubled && trouble.test(each))),
          [],
        );
        assert.deepEqual(watched.foreignRequests(url), []);
      }
    });
    after(async () => {
      await stage.#browser?.close();
      await stage.#server?.stop();
    });
    return stage;
  }

  /** False where there is no browser, and the tests are left out. */
  get isThere(): boolean {
    return this.#server !== undefined;
  }

  get server(): ServerProcess {
    return this.#server!;
  }

  /** The page in a browser that knows nothing yet. */
  async visit(): Promise<AnnotationPage> {
    const visited = await AnnotationPage.visit(this.#browser!, this.server.url);
    this.#visited.push(visited);
    return visited;
  }

  /** Where the voxels of an image of the studies lie. */
  async geometryOf(id: string, ext = '.nii.gz'): Promise<Geometry> {
    return readGeometry(await readFile(path.join(this.server.studies, id + ext)));
  }

  /** What a second reader finds in a label on disk: values by position. */
  async labelOnDisk(id: string, tag = 'final'): Promise<Map<string, number>> {
    return valuesByPosition(await readFile(path.join(this.server.studies, 'labels', tag, `${id}.nii.gz`)));
  }
}

/** As `labelOnDisk` has it: these voxels with a value, upon what was there before. */
export function painted(
  geometry: Geometry,
  voxels: readonly Vec3[],
  value = 1,
  before: ReadonlyMap<string, number> = new Map(),
): Map<string, number> {
  const all = new Map(before);
  for (const voxel of voxels) all.set(positionKey(positionOf(geometry, voxel)), value);
  return all;
}

/** Fails with a sentence where `deepEqual` would print hundreds of voxels. */
export function assertSameVoxels(found: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>): void {
  const missing = [...wanted].filter(([key, value]) => found.get(key) !== value);
  const surplus = [...found].filter(([key]) => !wanted.has(key));
  const some = (voxels: readonly [string, number][]): string => voxels.slice(0, 5).map(String).join('; ');
  assert.ok(
    missing.length === 0 && surplus.length === 0,
    `${missing.length} of ${wanted.size} voxels are missing or wrong (${some(missing)}), ` +
      `${surplus.length} too many (${some(surplus)})`,
  );
}
