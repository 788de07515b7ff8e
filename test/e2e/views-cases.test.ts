import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { niftiFile, orientedVolumes } from './oriented-volumes.js';
import { Stage } from './stage.js';

const long = 'sub-0001_ses-2026-11-26_acq-arterial_run-01_space-native_T1w';

describe('the list of cases', () => {
  const ras = niftiFile(orientedVolumes[0]!);
  const stage = Stage.here(
    async (studies) => {
      for (const id of ['good', long]) await writeFile(path.join(studies, `${id}.nii`), ras);
      await writeFile(path.join(studies, 'broken.nii'), ras.subarray(0, 200));
    },
    { troubled: true },
  );

  async function submitValues(id: string, ...values: readonly number[]): Promise<void> {
    const voxels = 352;
    const label = Uint8Array.from(ras).fill(0, voxels);
    values.forEach((value, index) => (label[voxels + 2 * index] = value));
    const form = new FormData();
    form.append('label', new Blob([label]), 'label.nii');
    const reply = await fetch(`${stage.server.url}/datastore/label?image=${id}`, { method: 'PUT', body: form });
    assert.equal(reply.status, 200, await reply.text());
  }

  it('says why an image cannot be opened and what a label lacks', async () => {
    await submitValues('good', 7, 9);
    // The strategy "first" comes to the broken image first.
    await fetch(`${stage.server.url}/activelearning/first`, { method: 'POST', body: '{}' });
    const page = await stage.visit();
    await page.caseRow('broken').getByText('The image cannot be opened: ').waitFor();
    await page.caseRow('good').getByText('The label needs names: values 7, 9').waitFor();
    await page.page.getByLabel('Show cases that are').selectOption('with a problem');
    assert.equal(await page.page.locator('.case').count(), 2);
  });

  it('shows both ends of a long name, and all of it on pointing at it', async () => {
    const page = await stage.visit();
    const row = page.caseRow(long);
    assert.ok((await row.getAttribute('title'))!.startsWith(long));
    const [list, tail] = [
      await page.page.locator('#cases').boundingBox(),
      await row.getByText('tive_T1w').boundingBox(),
    ];
    assert.ok(tail!.x + tail!.width <= list!.x + list!.width);
  });

  it('counts a labelled case as labelled while somebody works on it again', async () => {
    const page = await stage.visit();
    await page.page.getByText('1 of 3 labelled').waitFor();
    await page.openCase('good');
    await page.chooseTool('Brush');
    const { x, y, width, height } = (await page.page.locator('#canvas').boundingBox())!;
    await page.page.mouse.click(x + width / 4, y + height / 4);
    await page.caseRow('good').getByText('in work').waitFor();
    await page.page.getByText('1 of 3 labelled').waitFor();
  });
});

describe('a server without images', () => {
  const stage = Stage.here(() => Promise.resolve());

  it('asks for images and offers no next case', async () => {
    const page = await stage.visit();
    await page.page.getByText('Drop images here').waitFor();
    assert.ok(await page.step('Next case').isDisabled());
    await page.page.keyboard.press('n');
    await page.message('There are no images yet').waitFor();
  });
});
