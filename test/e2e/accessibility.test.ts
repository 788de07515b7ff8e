import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { AnnotationPage } from './annotation-page.js';
import { writePhantoms } from './phantoms.js';
import { Stage } from './stage.js';

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly where: readonly string[];
}

describe('the page for everybody', () => {
  const stage = Stage.here((studies) => writePhantoms(studies, 3, 2));

  async function assertAccessible(page: AnnotationPage, when: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.page.emulateMedia({ colorScheme });
      const violations = await page.page.evaluate<Violation[]>(
        'axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map(({ html }) => html) })))',
      );
      const severe = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(severe, [], `${when}, ${colorScheme}`);
    }
  }

  it('axe finds nothing serious: at the start, with a case, among the keys, in training', async () => {
    const page = await stage.visit();
    await page.page.evaluate(axe.source);
    await assertAccessible(page, 'at the start');
    await page.openCase('phantom_03');
    await page.propose();
    for (const tool of ['Brush', 'Fill', 'Measure'] as const) {
      await page.chooseTool(tool);
      await assertAccessible(page, `with a case and the tool ${tool}`);
    }
    await page.page.keyboard.press('?');
    await page.page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await assertAccessible(page, 'among the keys');
    await page.page.keyboard.press('Escape');
    await page.page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' });
    await page.train({ 'max epochs': 100 });
    await page.page.getByText(/^Epoch \d+ of 100/).waitFor();
    await assertAccessible(page, 'in training');
    const side = 'document.querySelector("#side")';
    assert.equal(await page.page.evaluate(`${side}.scrollWidth - ${side}.clientWidth`), 0, 'nothing is cut off');
    await page.button('Stop').click();
    await page.page.getByText('The training was stopped').waitFor();
    await assertAccessible(page, 'after training');
  });

  it('a case goes through with the keyboard alone', async () => {
    const page = await stage.visit();
    const { keyboard } = page.page;
    await keyboard.press('n');
    await page.isOpen('phantom_03');
    await keyboard.press('p');
    await page.message('Proposed: ').waitFor();
    await keyboard.press('Control+Enter');
    await page.isStored();
    const [stored, proposed] = [
      await stage.labelOnDisk('phantom_03'),
      await stage.labelOnDisk('phantom_03', 'original'),
    ];
    assert.deepEqual(stored, proposed);
  });

  it('the steps can be reached with Tab and pressed with Enter', async () => {
    const page = await stage.visit();
    const { keyboard } = page.page;
    await keyboard.press('Tab');
    assert.equal(await page.focused(), 'Cases');
    await keyboard.press('Tab');
    assert.equal(await page.focused(), 'Next case');
    await page.openCase('phantom_01');
    await page.step('Next case').focus();
    await keyboard.press('Tab');
    assert.equal(await page.focused(), 'Propose');
    await keyboard.press('Tab');
    assert.equal(await page.focused(), 'Submit');
    await keyboard.press('Enter');
    await page.isStored();
  });
});
