import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AnnotationPage } from './annotation-page.js';
import { type Vec3 } from './geometry.js';
import { geometryOf, orientedVolumes, writeOrientedVolumes } from './oriented-volumes.js';
import { assertSameVoxels, painted, Stage } from './stage.js';

const volume = orientedVolumes.find(({ file }) => file === 'oblique.nii.gz')!;
const id = 'oblique';
const geometry = geometryOf(volume);

describe('no stroke is lost', () => {
  const stage = Stage.here(writeOrientedVolumes, { troubled: true });
  /** Voxels that have been painted in the test so far. */
  let strokes: Vec3[];

  async function open(): Promise<AnnotationPage> {
    strokes = [];
    await fetch(`${stage.server.url}/datastore/label?id=${id}&tag=final`, { method: 'DELETE' });
    const page = await stage.visit();
    await page.openCase(id, geometry);
    await page.goTo([13, 17, 11]);
    await takeBrush(page);
    return page;
  }

  async function takeBrush(page: AnnotationPage): Promise<void> {
    await page.chooseTool('Brush');
    await page.smallestBrush();
  }

  /** Paints a row of voxels in the axial pane, each time another one. `held`: the button stays down. */
  async function stroke(page: AnnotationPage, held = false): Promise<void> {
    const row = 10 + 2 * (strokes.length / 7);
    const voxels = [0, 1, 2, 3, 4, 5, 6].map((step): Vec3 => [10 + step, row, 11]);
    await page[held ? 'press' : 'drag'](2, voxels[0]!, voxels[6]!);
    strokes.push(...voxels);
  }

  async function assertStored(): Promise<void> {
    assertSameVoxels(await stage.labelOnDisk(id), painted(geometry, strokes));
  }

  async function submitAndCompare(page: AnnotationPage): Promise<void> {
    await page.submit();
    await assertStored();
  }

  it('when the page is loaded again right after a stroke', async () => {
    const page = await open();
    await stroke(page);
    await stroke(page);
    await page.reload();
    await page.isOpen(id, geometry);
    await page.message('Your unsaved work of').waitFor();
    await page.goTo([13, 17, 11]);
    await takeBrush(page);
    await stroke(page);
    await submitAndCompare(page);
  });

  it('when the browser drops what is written while the page goes', async () => {
    const page = await open();
    await page.page.evaluate(`
      IDBDatabase.prototype.transaction = () => { throw new DOMException('gone', 'AbortError') };
    `);
    await stroke(page);
    await page.reload();
    await page.isOpen(id, geometry);
    await page.message('Your unsaved work of').waitFor();
    await submitAndCompare(page);
  });

  it('when the page is loaded again in the middle of a stroke', async () => {
    const page = await open();
    await stroke(page);
    await stroke(page, true);
    await page.reload();
    await page.page.mouse.up();
    await page.isOpen(id, geometry);
    await submitAndCompare(page);
  });

  it('when the page is loaded again while a stroke is being written', async () => {
    const page = await open();
    // From here to the next load, what is compressed in order to be written never gets ready.
    await page.page.evaluate(`
      window.compressing = new Promise((begun) => {
        window.CompressionStream = class {
          constructor() {
            begun();
            return new TransformStream({ transform: () => new Promise(() => {}) });
          }
        };
      });
      undefined;
    `);
    await stroke(page);
    await page.page.evaluate('window.compressing');
    await page.reload();
    await page.isOpen(id, geometry);
    await submitAndCompare(page);
  });

  it('when the page is left, and opened afresh', async () => {
    const page = await open();
    await stroke(page);
    await page.workState('kept in this browser').waitFor();
    await page.leaveAndVisitAgain();
    await page.message(`There is unsaved work on ${id}`).getByRole('button', { name: 'Continue' }).click();
    await page.isOpen(id, geometry);
    await submitAndCompare(page);
  });

  it('when another case is opened in between', async () => {
    const page = await open();
    await stroke(page);
    await page.openCase('ras');
    await page.openCase(id, geometry);
    await submitAndCompare(page);
  });

  it('when the server is killed while strokes are made', async () => {
    const page = await open();
    await stroke(page);
    await stage.server.kill();
    await stroke(page);
    await page.step('Submit').click();
    await page.message('Not submitted, your work is kept here').waitFor();
    await page.connection('No connection').waitFor();
    await stroke(page);
    await stage.server.startAgain();
    await page.message('The server is back').getByRole('button', { name: 'Submit' }).click();
    await page.isStored();
    await assertStored();
  });

  it('when the server is killed while it is sent the label', async () => {
    const page = await open();
    await stroke(page);
    stage.server.freeze();
    await page.step('Submit').click();
    await page.step('Sending …').waitFor();
    await stage.server.kill();
    await page.workState('Not submitted, kept here').waitFor();
    await stage.server.startAgain();
    await page.connection('Connected').waitFor();
    await submitAndCompare(page);
  });

  it('when the server is killed and started again before the page is loaded again', async () => {
    const page = await open();
    await stroke(page);
    await page.workState('kept in this browser').waitFor();
    await stage.server.kill();
    await stage.server.startAgain();
    await page.reload();
    await page.isOpen(id, geometry);
    await submitAndCompare(page);
  });

  it('when the connection is lost', async () => {
    const page = await open();
    await stroke(page);
    await page.page.context().setOffline(true);
    await stroke(page);
    await page.step('Submit').click();
    await page.workState('Not submitted, kept here').waitFor();
    await page.connection('No connection').waitFor();
    await page.page.context().setOffline(false);
    await page.connection('Connected').waitFor();
    await submitAndCompare(page);
  });

  it('when the server refuses the label', async () => {
    const page = await open();
    await stroke(page);
    const file = path.join(stage.server.studies, volume.file);
    const image = await readFile(file);
    await fetch(`${stage.server.url}/datastore?id=${id}`, { method: 'DELETE' });
    await page.step('Submit').click();
    await page.message('Not submitted, your work is kept here').waitFor();
    await page.workState('Not submitted, kept here').waitFor();
    await stroke(page);
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(image)]), volume.file);
    await fetch(`${stage.server.url}/datastore/?image=${id}`, { method: 'PUT', body: form });
    await page.message('Not submitted').getByRole('button', { name: 'Try again' }).click();
    // Noticed by the page itself meanwhile, or refused by the server.
    await page.answer('The image of this case has been replaced', 'Submit');
    await page.isStored();
    await assertStored();
  });
});
