import assert from 'node:assert/strict';
import { decode } from 'fast-png';
import type { AnnotationPage } from './annotation-page.js';
import { writeRareFiles } from './rare-files.js';
import { Stage } from './stage.js';

describe('files as people have them', () => {
  const stage = Stage.here(writeRareFiles, { troubled: true });

  /** A field of the panel with brightness and contrast. */
  function field(page: AnnotationPage, name: string): Promise<string> {
    return page.page.getByRole('region', { name: 'Image' }).getByLabel(name, { exact: true }).inputValue();
  }

  /** At the crosshair, which begins in the middle. */
  async function intensity(page: AnnotationPage): Promise<string> {
    return page.page.locator('#readout > span').nth(2).innerText();
  }

  for (const id of ['members', 'padded']) {
    it(`a .nii.gz that is ${id === 'members' ? 'of several gzip members' : 'padded with zeros'} opens as it was`, async () => {
      const page = await stage.visit();
      await page.openCase('plain');
      const wanted = await intensity(page);
      assert.match(wanted, /^\d+$/);
      await page.openCase(id);
      assert.equal(await intensity(page), wanted);
    });
  }

  it('one that breaks off says so, and the image before it is gone', async () => {
    const page = await stage.visit();
    /** How many points in the upper left of the image are not black. */
    const lit = async (): Promise<number> => {
      const { x, y } = (await page.page.locator('#canvas').boundingBox())!;
      const { data, channels } = decode(await page.page.screenshot({ clip: { x, y, width: 150, height: 150 } }));
      return data.filter((value, index) => index % channels === 0 && value > 20).length;
    };
    await page.openCase('plain');
    await page.page.locator('#canvas').hover();
    assert.ok((await lit()) > 0);
    await page.caseRow('truncated').click();
    await page.message('truncated could not be opened: The file is damaged or a part of it is missing.').waitFor();
    assert.equal(await lit(), 0);
  });

  it('voxels that are no numbers are counted, and spoil neither the window nor the presets', async () => {
    const page = await stage.visit();
    await page.openCase('nan_ct');
    await page.message('3 voxels of this image are no numbers; they are shown as the lowest value.').waitFor();
    assert.equal(await page.button('Soft tissue').getAttribute('aria-pressed'), 'true');
    assert.deepEqual([await field(page, 'From'), await field(page, 'To')], ['-160', '240']);
    assert.deepEqual([await field(page, 'Level'), await field(page, 'Width')], ['40', '400']);
    // The crosshair begins in the middle, on one of them.
    assert.equal(await intensity(page), '-1000 HU');
    await page.button('2–98 %').click();
    const [low, high] = [Number(await field(page, 'From')), Number(await field(page, 'To'))];
    assert.ok(low < high, `${low} to ${high}`);
  });

  it('level and width set the window as from and to do', async () => {
    const page = await stage.visit();
    await page.openCase('plain');
    const region = page.page.getByRole('region', { name: 'Image' });
    await region.getByLabel('Level', { exact: true }).fill('100');
    await region.getByLabel('Width', { exact: true }).fill('50');
    await page.page.keyboard.press('Tab');
    assert.deepEqual([await field(page, 'From'), await field(page, 'To')], ['75', '125']);
    await region.getByLabel('Width', { exact: true }).fill('-5');
    await page.page.keyboard.press('Tab');
    assert.equal(await field(page, 'Width'), '50');
  });

  it('a file that does not say how it lies gets no letters of the sides', async () => {
    const page = await stage.visit();
    await page.openCase('plain');
    assert.match(await page.page.locator('#readout').innerText(), /[RL] [\d.]+\s+[AP] [\d.]+\s+[SI] [\d.]+ mm/);
    await page.openCase('without_codes');
    const text = await page.page.locator('#readout').innerText();
    assert.match(text, /-?[\d.]+\s+-?[\d.]+\s+-?[\d.]+ mm/);
    assert.doesNotMatch(text, /[RLAPSI] [\d.]+/);
  });

  it('the threshold of the brush begins with the range of the image', async () => {
    const page = await stage.visit();
    await page.openCase('plain');
    const [low, high] = [await field(page, 'From'), await field(page, 'To')];
    await page.chooseTool('Brush');
    await page.page.getByRole('checkbox', { name: 'Intensity range' }).check();
    assert.equal(await page.page.getByLabel('Lowest intensity').inputValue(), low);
    assert.equal(await page.page.getByLabel('Highest intensity').inputValue(), high);
    await page.openCase('nan_ct');
    assert.equal(await page.page.getByLabel('Lowest intensity').inputValue(), '-100');
  });
});
