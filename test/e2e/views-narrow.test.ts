import assert from 'node:assert/strict';
import type { AnnotationPage } from './annotation-page.js';
import { writePhantoms } from './phantoms.js';
import { Stage } from './stage.js';

/** A laptop, the same at 150 % zoom, a window beside another, a very narrow one. */
const windows = [
  { width: 1280, height: 800 },
  { width: 900, height: 700 },
  { width: 853, height: 533 },
  { width: 500, height: 800 },
];

/** What cannot be pressed inside a region: beyond the edge of the window or under something else. */
const outOfReach = (region: string): string => `(() => {
  const isOnTop = (element) => {
    element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const { left, right, top, bottom } = element.getBoundingClientRect();
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) return false;
    const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return element.contains(there) || there?.closest('label')?.contains(element) === true;
  };
  return [...document.querySelectorAll('${region} :is(button, input:not(.unseen), select, .button, .work-state)')]
    .filter((element) => element.checkVisibility() && !isOnTop(element))
    .map((element) => element.outerHTML.slice(0, 200));
})()`;

describe('windows of any width', () => {
  const stage = Stage.here((studies) => writePhantoms(studies, 2, 1));

  async function assertInReach(page: AnnotationPage, region: string, when: string): Promise<void> {
    assert.deepEqual(await page.page.evaluate(outOfReach(region)), [], when);
    const sideways = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('${region}'))`;
    assert.equal(await page.page.evaluate(sideways), 0, `${region} is cut off ${when}`);
  }

  async function setPanel(page: AnnotationPage, name: 'Cases' | 'Labels', isShown: boolean): Promise<void> {
    const button = page.button(name);
    if ((await button.getAttribute('aria-expanded')) !== String(isShown)) await button.click();
  }

  for (const { width, height } of windows) {
    it(`${width} × ${height}: everything can be reached, and nothing makes the image jump`, async () => {
      const page = await stage.visit();
      await page.page.setViewportSize({ width, height });
      // The page notices its new width.
      await page.page.locator(`[aria-controls="side"][aria-expanded="${width >= 1000}"]`).waitFor();
      await setPanel(page, 'Cases', true);
      await assertInReach(page, '#cases', 'at the start');
      await page.openCase('phantom_02');
      await setPanel(page, 'Labels', true);
      await assertInReach(page, '#side', 'with a case');
      if (width < 1000) await setPanel(page, 'Labels', false);
      await assertInReach(page, '#bar', 'with a case');

      const image = await page.page.locator('#view').boundingBox();
      const press = (key: string): Promise<void> => page.page.keyboard.press(key);
      for (const key of ['b', 't', 'e', 'f', 'm', 'v']) {
        await press(key);
        await assertInReach(page, '#stage', `after ${key}`);
        const options = `(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector('.options'))`;
        assert.equal(await page.page.evaluate(options), 0, `the options after ${key}`);
        assert.deepEqual(await page.page.locator('#view').boundingBox(), image, `the image after ${key}`);
      }
      await setPanel(page, 'Labels', true);
      await page.chooseModel('grow_from_clicks');
      if (width < 1000) await setPanel(page, 'Labels', false);
      await press('c');
      await assertInReach(page, '#stage', 'with clicks');
      await assertInReach(page, '#bar', 'with clicks');
      assert.deepEqual(await page.page.locator('#view').boundingBox(), image, 'the image with clicks');
    });
  }

  it('a panel that was hidden gives its room to the image', async () => {
    const page = await stage.visit();
    await page.page.setViewportSize({ width: 1280, height: 800 });
    const width = async (): Promise<number> => (await page.page.locator('#view').boundingBox())!.width;
    const before = await width();
    await setPanel(page, 'Labels', false);
    assert.ok(!(await page.page.locator('#side').isVisible()));
    assert.ok((await width()) > before);
  });
});
