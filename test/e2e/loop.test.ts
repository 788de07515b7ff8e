import assert from 'node:assert/strict';
import { clearRadius, eachAxis, voxelsOf, type Vec3 } from './geometry.js';
import { writePhantoms } from './phantoms.js';
import { assertSameVoxels, painted, Stage } from './stage.js';

describe('the whole loop in the browser', () => {
  const stage = Stage.here((studies) => writePhantoms(studies, 3, 2));

  it('next case, propose, paint, undo, redo, submit, train, propose again', async () => {
    const page = await stage.visit();
    const id = await page.nextCase();
    assert.equal(id, 'phantom_03');
    const geometry = await stage.geometryOf(id);
    page.aimIn(geometry);
    await page.propose();
    const proposal = await stage.labelOnDisk(id, 'original');
    assert.ok(proposal.size > 0);

    const from = eachAxis((axis) => Math.floor(geometry.size[axis] / 2));
    const to: Vec3 = [from[0] + 9, from[1] + 14, from[2]];
    await page.goTo(from);
    await page.chooseTool('Brush');
    const radii = await page.brushRadii();
    const stroke = { from, to, across: 2 } as const;
    const radius = clearRadius(
      geometry,
      stroke,
      radii.filter((each) => each > 5 && each < 12),
    );
    await page.setBrush(radius, radii);
    const before = await page.labelAtCrosshair();
    await page.drag(2, from, to);
    assert.equal(await page.labelAtCrosshair(), 'spleen');
    await page.button('Undo').click();
    assert.equal(await page.labelAtCrosshair(), before);
    await page.button('Redo').click();
    assert.equal(await page.labelAtCrosshair(), 'spleen');
    await page.submit();
    await page.caseRow(id).getByText('labelled').waitFor();
    const wanted = painted(geometry, voxelsOf(geometry, { ...stroke, radius }), 1, proposal);
    assert.ok(wanted.size > proposal.size);
    assertSameVoxels(await stage.labelOnDisk(id), wanted);

    await page.train({ 'max epochs': 2, 'val split': 0 });
    await page.page.getByText('A new version of segmentation_spleen (not validated) is ready.').waitFor();
    await page.page.getByText(/^Training is done/).waitFor();
    await page.page.getByRole('img', { name: /^Training after epoch 2: loss/ }).waitFor();
    await page.button('Propose again').click();
    await page.answer('takes away what was drawn by hand of spleen', 'Replace');
    await page.message('Proposed: ').waitFor();
    assert.notDeepEqual(await stage.labelOnDisk(id, 'original'), proposal);
  });
});
