import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { AnnotationPage } from './annotation-page.js';
import { writeOrientedVolumes } from './oriented-volumes.js';
import { assertSameVoxels, Stage } from './stage.js';

const id = 'lps';
const theirs = 'stored a label of lps';
const elsewhere = 'being edited in another tab';

describe('several people and tabs at one case', () => {
  const stage = Stage.here(writeOrientedVolumes, { troubled: true });

  beforeEach(async () => {
    if (!stage.isThere) return;
    for (const each of [id, 'ras']) {
      await fetch(`${stage.server.url}/datastore/label?id=${each}&tag=final`, { method: 'DELETE' });
    }
  });

  async function open(page: AnnotationPage, which = id): Promise<void> {
    await page.openCase(which);
    await page.chooseTool('Brush');
  }

  async function visit(): Promise<AnnotationPage> {
    const page = await stage.visit();
    await open(page);
    return page;
  }

  /** Waits until all of it is kept in the browser. */
  async function paint(page: AnnotationPage, aside: number): Promise<void> {
    await page.dab(aside);
    await page.workState('Not submitted yet, kept in this browser').waitFor();
  }

  /** What a dab there paints. */
  async function dabbed(...asides: readonly number[]): Promise<Map<string, number>> {
    const page = await visit();
    for (const aside of asides) await page.dab(aside);
    await page.submit();
    const label = await stage.labelOnDisk(id);
    await page.page.close();
    await fetch(`${stage.server.url}/datastore/label?id=${id}&tag=final`, { method: 'DELETE' });
    return label;
  }

  /** A label on its way to a server that is frozen, and what is in it. */
  async function submitIntoSilence(): Promise<{ page: AnnotationPage; left: Map<string, number> }> {
    const left = await dabbed(-0.1);
    const page = await visit();
    await paint(page, -0.1);
    stage.server.freeze();
    await page.step('Submit').click();
    await page.step('Sending …').waitFor();
    return { page, left };
  }

  it('who comes second is asked, may look, and replaces what the first stored only on purpose', async () => {
    const [left, right] = [await dabbed(-0.1), await dabbed(0.1)];
    const [first, second] = [await visit(), await visit()];
    await paint(first, -0.1);
    await first.submit();
    assertSameVoxels(await stage.labelOnDisk(id), left);

    await second.notice(theirs).waitFor();
    await paint(second, 0.1);
    await second.step('Submit').click();
    await second.answer(theirs, 'Not now');
    await second.workState('Not submitted, kept here').waitFor();
    assertSameVoxels(await stage.labelOnDisk(id), left);

    await second.step('Submit').click();
    await second.answer(theirs, 'Look at theirs');
    await second.workState('No changes').waitFor();
    await second.notice('Your unsaved work of').getByRole('button', { name: 'Open it' }).click();
    await second.message('Your unsaved work of').waitFor();
    await second.step('Submit').click();
    await second.answer(theirs, 'Replace theirs (their file is kept)');
    await second.isStored();
    assertSameVoxels(await stage.labelOnDisk(id), right);
    const kept = await readdir(path.join(stage.server.studies, '.monailabel', 'replaced'), { recursive: true });
    assert.ok(kept.some((name) => name.includes(id)));
  });

  it('unsaved work that a newer label has overtaken is told of it before it is shown', async () => {
    const [left, right] = [await dabbed(-0.1), await dabbed(0.1)];
    const page = await visit();
    await paint(page, -0.1);
    await page.page.goto('about:blank');
    const other = await visit();
    await paint(other, 0.1);
    await other.submit();

    await page.page.goto(stage.server.url);
    await page.caseRow(id).click();
    await page.answer('began before that', 'Show the stored label (my work is kept)');
    await page.isOpen(id);
    await page.submit();
    assertSameVoxels(await stage.labelOnDisk(id), right);
    await page.notice('on this case is kept').getByRole('button', { name: 'Open it' }).click();
    await page.message('Your unsaved work of').waitFor();
    await page.step('Submit').click();
    await page.answer(theirs, 'Replace theirs (their file is kept)');
    await page.isStored();
    assertSameVoxels(await stage.labelOnDisk(id), left);
  });

  for (const locks of [true, false]) {
    it(`one tab works, the other looks or takes over${locks ? '' : ', also where the browser has no locks'}`, async () => {
      const both = await dabbed(-0.1, 0.1);
      const first = await stage.visit();
      if (!locks) {
        await first.page.context().addInitScript('delete Navigator.prototype.locks');
        await first.reload();
      }
      await open(first);
      await paint(first, -0.1);

      const second = await first.anotherTab();
      await second.caseRow(id).click();
      await second.answer('is open in another tab', 'Only look');
      await second.isOpen(id);
      await second.chooseTool('Brush');
      await second.notice(elsewhere).waitFor();
      await second.dab(0.1);
      await second.workState('No changes').waitFor();
      await second.notice(elsewhere).getByRole('button', { name: 'Work here' }).click();
      await second.message('Your unsaved work of').waitFor();
      await first.notice(elsewhere).waitFor();
      await first.dab(0.2);
      await paint(second, 0.1);
      await second.submit();
      assertSameVoxels(await stage.labelOnDisk(id), both);

      await second.page.close();
      await first.reload();
      await first.isOpen(id);
      await first.submit();
      assertSameVoxels(await stage.labelOnDisk(id), both);
    });
  }

  it('a label that is still on its way is stored as it was drawn, whatever is opened meanwhile', async () => {
    const { page, left } = await submitIntoSilence();
    await page.caseRow('ras').click();
    stage.server.thaw();
    await page.isOpen('ras');
    await page.message(`The label of ${id} is stored`).waitFor();
    await page.workState('No changes').waitFor();
    assertSameVoxels(await stage.labelOnDisk(id), left);
    await page.openCase(id);
    await page.workState('No changes').waitFor();
  });

  it('a label that could not be stored stays with its case, also when the page is loaded again', async () => {
    const unsent = `The label of ${id} was not stored`;
    const { page, left } = await submitIntoSilence();
    await page.caseRow('ras').click();
    await stage.server.kill();
    await page.notice(unsent).waitFor();
    await stage.server.startAgain();
    await page.connection('Connected').waitFor();
    await page.openCase('ras');
    await page.reload();
    await page.isOpen('ras');
    await page.notice(unsent).getByRole('button', { name: 'Open it' }).click();
    await page.message('It was submitted').waitFor();
    assert.equal(await page.openCaseName(), id);
    await page.submit();
    assertSameVoxels(await stage.labelOnDisk(id), left);
    assert.equal(await page.notice(unsent).count(), 0);
  });

  it('a label that could not be stored is sent again beside another open case', async () => {
    const { page, left } = await submitIntoSilence();
    await page.caseRow('ras').click();
    await stage.server.kill();
    await stage.server.startAgain();
    await page.connection('Connected').waitFor();
    await open(page, 'ras');
    await page.dab(0.1);
    await page.notice(`The label of ${id} was not stored`).getByRole('button', { name: 'Try again' }).click();
    await page.message(`The label of ${id} is stored`).waitFor();
    assertSameVoxels(await stage.labelOnDisk(id), left);
    await page.workState('Not submitted yet').waitFor();
    await page.submit();
    assert.ok((await readdir(path.join(stage.server.studies, 'labels', 'final'))).includes('ras.nii.gz'));
    assertSameVoxels(await stage.labelOnDisk(id), left);
  });

  it('a label that was stored after the page was loaded again is known for its own', async () => {
    const { page, left } = await submitIntoSilence();
    // All of the small file is with the server, which has not looked at it yet.
    await page.page.waitForTimeout(1000);
    await page.page.goto('about:blank');
    stage.server.thaw();
    await page.page.goto(stage.server.url);
    await page.connection('Connected').waitFor();
    await page.openCase(id);
    await page.submit();
    assertSameVoxels(await stage.labelOnDisk(id), left);
  });
});
