import assert from 'node:assert/strict';
import type { AnnotationPage } from './annotation-page.js';
import { geometryOf, orientedVolumes, writeOrientedVolumes } from './oriented-volumes.js';
import { Stage } from './stage.js';

const geometry = geometryOf(orientedVolumes[0]!);

describe('keys and panes', () => {
  const stage = Stage.here(writeOrientedVolumes);

  async function open(): Promise<AnnotationPage> {
    const page = await stage.visit();
    await page.openCase('ras', geometry);
    return page;
  }

  /** As a keyboard sends it that Playwright has not: with Caps Lock on, or of another alphabet. */
  async function send(page: AnnotationPage, key: string, code: string, ctrlKey = false): Promise<void> {
    const init = JSON.stringify({ key, code, ctrlKey, bubbles: true, cancelable: true });
    await page.page.evaluate(`document.body.dispatchEvent(new KeyboardEvent('keydown', ${init}))`);
  }

  function isPressed(page: AnnotationPage, tool: string): Promise<string | null> {
    return page.button(tool).getAttribute('aria-pressed');
  }

  it('Caps Lock changes nothing: letters choose tools, Ctrl+Z is undo', async () => {
    const page = await open();
    await page.goTo([13, 17, 11]);
    await send(page, 'B', 'KeyB');
    assert.equal(await isPressed(page, 'Brush'), 'true');
    await page.drag(2, [13, 17, 11]);
    assert.equal(await page.labelAtCrosshair(), 'spleen');
    await send(page, 'Z', 'KeyZ', true);
    assert.equal(await page.labelAtCrosshair(), '');
  });

  it('on a Cyrillic keyboard the places of the keys count', async () => {
    const page = await open();
    await send(page, 'у', 'KeyE');
    assert.equal(await isPressed(page, 'Eraser'), 'true');
    await page.chooseTool('Brush');
    const size = page.page.locator('.options output');
    const before = parseFloat(await size.innerText());
    await send(page, 'ъ', 'BracketRight');
    assert.ok(parseFloat(await size.innerText()) > before);
  });

  it('keys for slices act in the pane under the pointer', async () => {
    const page = await open();
    await page.goTo([20, 24, 16]);
    const { x, y } = await page.pixelOf(0, [20, 24, 16]);
    await page.page.mouse.move(x, y);
    const [r] = await page.crosshair();
    await page.page.keyboard.press('ArrowUp');
    const [rAfter, aAfter, sAfter] = await page.crosshair();
    assert.equal(rAfter, r + 1);
    await page.page.keyboard.press('PageDown');
    assert.equal((await page.crosshair())[0], r - 9);
    await page.page.keyboard.press('Home');
    const [first] = await page.crosshair();
    await page.page.keyboard.press('End');
    const [last] = await page.crosshair();
    assert.equal(last - first, geometry.size[0] - 1);
    // Elsewhere they go through the axial slices.
    await page.page.mouse.move(5, 5);
    await page.page.keyboard.press('ArrowDown');
    const [, a, s] = await page.crosshair();
    assert.deepEqual([a, s], [aAfter, sAfter - 1]);
  });

  it('the list of cases is one stop of the Tab key, and arrows go through it', async () => {
    const page = await open();
    const { keyboard } = page.page;
    const stops = await page.page.locator('.case[tabindex="0"]').count();
    assert.equal(stops, 1);
    await page.caseRow('ras').focus();
    const before = await page.crosshair();
    await keyboard.press('Home');
    const first = await page.focused();
    await keyboard.press('ArrowDown');
    assert.notEqual(await page.focused(), first);
    assert.deepEqual(await page.crosshair(), before);
    await page.page.getByRole('application').focus();
    await keyboard.press('ArrowUp');
    assert.notDeepEqual(await page.crosshair(), before);
  });

  it('the 3-D view alone has no letters of the pane before it', async () => {
    const page = await open();
    // In a copy: reading the canvas itself would change how the browser keeps it.
    const inked = `(() => {
      const { width, height } = document.querySelector('#canvas .overlay');
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      context.drawImage(document.querySelector('#canvas .overlay'), 0, 0);
      return context.getImageData(0, 0, width, height).data.filter((value, index) => index % 4 === 3 && value > 0).length;
    })()`;
    for (const keys of ['asdr', 'gr', 'sgr']) {
      for (const key of keys) await page.page.keyboard.press(key);
      await page.page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
      assert.equal(await page.page.evaluate(inked), 0, keys);
    }
    await page.page.keyboard.press('a');
    await page.page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    assert.notEqual(await page.page.evaluate(inked), 0, 'a slice has letters');
  });

  it('what was set up is there after a reload', async () => {
    const page = await open();
    await page.chooseModel('grow_from_clicks');
    await page.page.getByLabel('Opacity').fill('0.8');
    await page.page.getByLabel('Outline only').check();
    await page.page.getByLabel('3-D view beside the slices').check();
    await page.reload();
    await page.isOpen('ras');
    const model = page.page.getByRole('region', { name: 'Proposal' }).getByRole('combobox');
    assert.equal(await model.inputValue(), 'grow_from_clicks');
    assert.equal(await page.page.getByLabel('Opacity').inputValue(), '0.8');
    assert.ok(await page.page.getByLabel('Outline only').isChecked());
    assert.ok(await page.page.getByLabel('3-D view beside the slices').isChecked());
  });
});
