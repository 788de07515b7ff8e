import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { packageRoot } from '../../lib/package-root.js';
import { clearRadius, eachAxis, voxelsOf } from './geometry.js';
import { assertSameVoxels, painted, Stage } from './stage.js';

const image = path.resolve(packageRoot, '..', 'shared', 'data', 'ct_abdomen', 'image.nii.gz');

describe('a real CT', () => {
  before(function () {
    if (existsSync(image)) return;
    console.log(`    left out: there is no ${image}`);
    this.skip();
  });
  const stage = Stage.here((studies) => copyFile(image, path.join(studies, 'ct_abdomen.nii.gz')));

  it('is opened, painted, corrected and submitted', async () => {
    const id = 'ct_abdomen';
    const geometry = await stage.geometryOf(id);
    const page = await stage.visit();
    await page.openCase(id, geometry);
    const middle = eachAxis((axis) => Math.floor(geometry.size[axis] / 2));
    await page.goTo(middle);
    await page.chooseTool('Brush');
    const radii = await page.brushRadii();
    const stroke = { from: middle, to: eachAxis((axis) => middle[axis] + [0, 12, 7][axis]!), across: 0 } as const;
    const sizes = radii.filter((each) => each > 7 && each < 14);
    const radius = clearRadius(geometry, stroke, sizes);
    await page.setBrush(radius, radii);
    await page.drag(0, stroke.from, stroke.to);
    const ball = { from: eachAxis((axis) => middle[axis] - 15) };
    await page.goTo(ball.from);
    await page.brushIn3d(true);
    const ballRadius = clearRadius(geometry, ball, sizes);
    await page.setBrush(ballRadius, radii);
    await page.drag(2, ball.from);
    await page.submit();
    const disc = painted(geometry, voxelsOf(geometry, { ...stroke, radius }));
    const wanted = painted(geometry, voxelsOf(geometry, { ...ball, radius: ballRadius }), 1, disc);
    assert.ok(wanted.size > disc.size);
    assertSameVoxels(await stage.labelOnDisk(id), wanted);
  });
});
