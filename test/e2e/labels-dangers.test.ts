import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { AnnotationPage } from './annotation-page.js';
import { copyImage, labelFixture, labelInfo, organIn, putLabel, readVolume, truthOf } from './label-files.js';
import { Stage } from './stage.js';

const cases = ['displaced', 'layers', 'deleted', 'many', 'empty', 'unnamed', 'replaced', 'kept', 'moved', 'added'];
const notShown = 'The stored label could not be shown';

/** Whether anything but black is on the canvases. */
const isAnythingShown = `[...document.querySelectorAll('#canvas canvas')].some((canvas) => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, index) => index % 4 !== 3 && value > 0);
})`;

/** Unsaved work as a page of the first version kept it: one voxel of "liver" in the first slice of a case. */
const oldDraft = (id: string, size: readonly number[]): string => `new Promise((resolve, reject) => {
  indexedDB.deleteDatabase('monailabel').onsuccess = () => {
    const opening = indexedDB.open('monailabel', 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('drafts', { keyPath: 'id' });
      opening.result.createObjectStore('slices');
    };
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const kept = opening.result.transaction(['drafts', 'slices'], 'readwrite');
      const draft = { id: '${id}', size: [${size.join()}], names: ['spleen', 'liver'], savedAt: new Date() };
      kept.objectStore('drafts').put(draft);
      const bytes = new Uint8Array(${size[0]! * size[1]!});
      bytes[0] = 2;
      kept.objectStore('slices').put({ bytes, compressed: false }, ['${id}', 0]);
      kept.oncomplete = () => { opening.result.close(); resolve(); };
    };
  };
})`;

/** A label with values from 1 to 300 on the image of the fixtures, which has int16 voxels. */
async function manyValues(): Promise<Buffer> {
  const file = gunzipSync(await labelFixture('image.nii.gz'));
  const start = file.readFloatLE(108);
  for (let value = 1; value <= 300; value++) file.writeInt16LE(value, start + 2 * value);
  return gzipSync(file);
}

describe('a label that could be lost or falsified', () => {
  const stage = Stage.here(
    async (studies) => {
      for (const id of cases) await copyImage('image.nii.gz', studies, id);
      await writeFile(path.join(studies, 'broken.nii.gz'), 'no image');
      await mkdir(finalLabels(studies), { recursive: true });
      await writeFile(labelFile(studies, 'displaced'), await labelFixture('python_zero_origin.nii.gz'));
    },
    { troubled: true },
  );

  const finalLabels = (studies: string): string => path.join(studies, 'labels', 'final');
  const labelFile = (studies: string, id: string): string => path.join(finalLabels(studies), `${id}.nii.gz`);
  const onDisk = (id: string): Promise<Buffer> => readFile(labelFile(stage.server.studies, id));

  async function paint(page: AnnotationPage): Promise<void> {
    await page.chooseTool('Brush');
    await page.dab(0.05);
    await page.workState('Not submitted yet, kept in this browser').waitFor();
  }

  async function submitAndAnswer(page: AnnotationPage, question: string, title: string): Promise<void> {
    await page.step('Submit').click();
    await page.answer(question, title);
  }

  it('says why it cannot be shown, and is replaced only on purpose', async () => {
    const id = 'displaced';
    const before = await onDisk(id);
    const page = await stage.visit();
    await page.openCase(id);
    await page.notice(notShown).waitFor();
    await submitAndAnswer(page, 'A stored label of this case could not be shown', 'Do not submit');
    assert.deepEqual(await onDisk(id), before);
    await paint(page);
    await page.reload();
    await page.isOpen(id);
    await submitAndAnswer(page, 'A stored label of this case could not be shown', 'Submit');
    await page.isStored();
    assert.notDeepEqual(await onDisk(id), before);
    const kept = path.join(stage.server.studies, '.monailabel', 'replaced');
    const files = (await readdir(kept, { recursive: true })).filter((name) => name.includes(`${id}.nii.gz`));
    assert.deepEqual(await readFile(path.join(kept, files[0]!)), before);
    assert.equal(await page.notice(notShown).count(), 0);
  });

  it('has more values than the page can tell apart', async () => {
    const bytes = await manyValues();
    await putLabel(stage.server, 'many', 'many.nii.gz', bytes, {});
    const page = await stage.visit();
    await page.openCase('many');
    await page.notice('different values; the page can show 255').waitFor();
    await submitAndAnswer(page, 'A stored label of this case could not be shown', 'Do not submit');
    assert.deepEqual(await onDisk('many'), bytes);
  });

  it('has labels that overlap, which the page cannot draw', async () => {
    const file = 'slicer_layers.seg.nrrd';
    await putLabel(stage.server, 'layers', file, await labelFixture(file), {});
    const page = await stage.visit();
    await page.openCase('layers');
    await page.notice('liver and lesion in liver overlap in 15 voxels').waitFor();
    await submitAndAnswer(page, 'could not be shown', 'Do not submit');
    const stored = await readFile(path.join(finalLabels(stage.server.studies), 'layers.seg.nrrd'));
    assert.deepEqual(stored, await labelFixture(file));
  });

  it('was deleted while the list still had it', async () => {
    const { params } = await truthOf('python_half.nii.gz');
    await putLabel(stage.server, 'deleted', 'x.nii.gz', await labelFixture('python_half.nii.gz'), params);
    const page = await stage.visit();
    await page.caseRow('deleted').getByText('labelled').waitFor();
    await fetch(`${stage.server.url}/datastore/label?id=deleted&tag=final`, { method: 'DELETE' });
    await page.openCase('deleted');
    await page.notice('It is no longer on the server').waitFor();
    await submitAndAnswer(page, 'could not be shown', 'Do not submit');
    await assert.rejects(onDisk('deleted'));
  });

  it('is empty', async () => {
    const page = await stage.visit();
    await page.openCase('empty');
    const question = 'Nothing is painted. Submit “no spleen here”?';
    await submitAndAnswer(page, question, 'Do not submit');
    await assert.rejects(onDisk('empty'));
    await submitAndAnswer(page, question, 'Submit');
    await page.isStored();
    assert.deepEqual((await labelInfo(stage.server, 'empty'))['label_values'], { spleen: 1 });
  });

  it('gets names for the values that nobody has named', async () => {
    const file = 'python_unnamed.nii.gz';
    const { params } = await truthOf(file);
    await putLabel(stage.server, 'unnamed', file, await labelFixture(file), params);
    const before = readVolume(await onDisk('unnamed'));
    const page = await stage.visit();
    await page.openCase('unnamed');
    await page.notice('needs names: values 6, 9').waitFor();
    await page.chooseLabel('label 9');
    await page.page.getByLabel('Name of label 9').fill('Liver');
    await page.button('Name it').click();
    await page.submit();
    await page.notice('Without a name: label 6.').waitFor();
    const after = readVolume(await onDisk('unnamed'));
    assert.deepEqual(after, before);
    assert.deepEqual((await labelInfo(stage.server, 'unnamed'))['label_values'], { spleen: 1, Liver: 9 });
    assert.ok(organIn(after, 9).voxels > 0);
  });

  it('was drawn on another image that had the name', async () => {
    const page = await stage.visit();
    await page.openCase('replaced');
    await paint(page);
    const form = new FormData();
    const image = await labelFixture('image_metres.nii.gz');
    form.append('file', new Blob([new Uint8Array(image)]), 'replaced.nii.gz');
    await fetch(`${stage.server.url}/datastore/image?image=replaced`, { method: 'PUT', body: form });
    await page.notice('The image of replaced has been replaced').waitFor();
    await submitAndAnswer(page, 'This label was drawn on the one before', 'Do not submit');
    await assert.rejects(onDisk('replaced'));
    await page.reload();
    await page.isOpen('replaced');
    await page.workState('No changes').waitFor();
    const other = page.notice('on another image that had the name replaced');
    await other.waitFor();
    await page.reload();
    await other.getByRole('button', { name: 'Discard it' }).click();
    await other.waitFor({ state: 'detached' });
    await page.reload();
    await page.isOpen('replaced');
    assert.equal(await other.count(), 0);
  });

  it('was drawn on an image of another folder that the same address served', async () => {
    const page = await stage.visit();
    await page.openCase('moved');
    await paint(page);
    await stage.server.kill();
    await rm(path.join(stage.server.studies, '.monailabel', 'id'));
    await stage.server.startAgain();
    await page.reload();
    await page.isOpen('moved');
    await page.workState('No changes').waitFor();
  });

  it('was kept by an earlier version of the page', async () => {
    const page = await stage.visit();
    const { size } = await stage.geometryOf('kept');
    await page.page.evaluate(oldDraft('kept', size));
    await page.reload();
    await page.message('There is unsaved work on kept').getByRole('button', { name: 'Continue' }).click();
    await page.isOpen('kept');
    await page.submit();
    const { voxels } = readVolume(await onDisk('kept'));
    assert.deepEqual(
      voxels.filter((value) => value !== 0),
      [2],
    );
  });

  it('would lie on a new image of its name, were the person not asked', async () => {
    const image = await labelFixture('image_metres.nii.gz');
    const page = await stage.visit();
    const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
    const add = (...files: ReturnType<typeof file>[]): Promise<void> => {
      return page.page.locator('input[type="file"]').setInputFiles(files);
    };
    const before = await readFile(path.join(stage.server.studies, 'added.nii.gz'));
    await add(
      file('added.nii.gz', image),
      file('a.txt', Buffer.from('x')),
      file('half.nii.gz', image.subarray(0, 200)),
    );
    await page.answer('There is an image called added already', 'Add as added_2');
    await page.message('added_2 has been added; 2 not added: a.txt (only NIfTI and NRRD files can be added)').waitFor();
    await page.message('half.nii.gz (').waitFor();
    assert.deepEqual(await readFile(path.join(stage.server.studies, 'added.nii.gz')), before);
    assert.deepEqual(await readFile(path.join(stage.server.studies, 'added_2.nii.gz')), image);

    await add(file('added.nii.gz', image));
    await page.answer('There is an image called added already', 'Leave it out');
    await page.message('1 left out').waitFor();
    assert.deepEqual(await readFile(path.join(stage.server.studies, 'added.nii.gz')), before);
    await add(file('added.nii.gz', image));
    await page.answer('There is an image called added already', 'Replace the image');
    await page.message('added has been added').waitFor();
    assert.deepEqual(await readFile(path.join(stage.server.studies, 'added.nii.gz')), image);
  });

  it('is never painted over the image of another case, for that is gone from the screen', async () => {
    const page = await stage.visit();
    await page.openCase('empty');
    await page.page.waitForFunction(isAnythingShown);
    await page.caseRow('broken').click();
    await page.message('broken could not be opened').waitFor();
    assert.equal(await page.page.evaluate(isAnythingShown), false);
  });
});
