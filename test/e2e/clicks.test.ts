import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AnnotationPage } from './annotation-page.js';
import { positionOf, type Geometry, type Vec3 } from './geometry.js';
import { writePhantoms } from './phantoms.js';
import { positionKey, readLabel } from './second-reader.js';
import { Stage } from './stage.js';

const id = 'phantom_01';
const [spleenValue, depth] = [1, 3];

describe('a model that is told by clicks', () => {
  const stage = Stage.here((studies) => writePhantoms(studies, 1, 1));

  /** Voxels of the file well inside the spleen, by the label that came with the phantom. */
  async function insideSpleen(): Promise<Vec3[]> {
    const label = path.join(stage.server.studies, 'labels', 'final', `${id}.nii.gz`);
    const { size, voxels } = readLabel(await readFile(label));
    const isSpleen = ([i, j, k]: Vec3): boolean => voxels[i + size[0] * (j + size[1] * k)] === spleenValue;
    const inside: Vec3[] = [];
    voxels.forEach((value, index) => {
      if (value !== spleenValue) return;
      const [i, j, k] = [index % size[0], Math.floor(index / size[0]) % size[1], Math.floor(index / size[0] / size[1])];
      const around = [-depth, depth].flatMap((step): Vec3[] => [
        [i + step, j, k],
        [i, j + step, k],
        [i, j, k + step],
      ]);
      if (around.every(isSpleen)) inside.push([i, j, k]);
    });
    return inside;
  }

  async function submitted(page: AnnotationPage): Promise<ReadonlySet<string>> {
    await page.submit();
    const label = await stage.labelOnDisk(id);
    return new Set([...label].filter(([, value]) => value === spleenValue).map(([key]) => key));
  }

  it('grows from a click, shrinks with one on the background, and takes that back', async () => {
    const geometry: Geometry = await stage.geometryOf(id);
    const inside = await insideSpleen();
    const middle = inside[Math.floor(inside.length / 2)]!;
    const inSlice = inside.filter(([, , k]) => k === middle[2]);
    const far = (voxel: Vec3): number => Math.hypot(voxel[0] - middle[0], voxel[1] - middle[1]);
    const other = inSlice.reduce((best, voxel) => (far(voxel) > far(best) ? voxel : best));
    const key = (voxel: Vec3): string => positionKey(positionOf(geometry, voxel));
    // The case starts without a label.
    await fetch(`${stage.server.url}/datastore/label?id=${id}&tag=final`, { method: 'DELETE' });

    const page = await stage.visit();
    await page.chooseModel('grow_from_clicks');
    await page.openCase(id, geometry);
    await page.goTo(middle);
    await page.chooseTool('Click');
    await page.clickIn(2, middle);
    await page.clicksAnswered(1);
    assert.equal(await page.labelAtCrosshair(), 'spleen');
    const grown = await submitted(page);
    assert.ok(grown.has(key(middle)));
    assert.ok(grown.has(key(other)), 'The spleen is even tissue: it grows through it');

    await page.button('Outside').click();
    await page.clickIn(2, other);
    await page.clicksAnswered(2);
    const shrunk = await submitted(page);
    assert.ok(shrunk.has(key(middle)));
    assert.ok(!shrunk.has(key(other)));
    assert.ok(shrunk.size < grown.size);

    await page.button('Undo').click();
    await page.clicksAnswered(1);
    assert.deepEqual(await submitted(page), grown);
    await page.button('Undo').click();
    await page.clicksAnswered(0);
    assert.equal(await page.labelAtCrosshair(), '');
  });
});
