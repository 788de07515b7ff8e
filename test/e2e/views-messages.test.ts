import assert from 'node:assert/strict';
import type { AnnotationPage } from './annotation-page.js';
import type { Vec3 } from './geometry.js';
import { writePhantoms } from './phantoms.js';
import { Stage } from './stage.js';

const id = 'phantom_01';

describe('what the page says, and for how long', () => {
  const stage = Stage.here((studies) => writePhantoms(studies, 2, 0), { troubled: true });

  async function openWithClicks(): Promise<{ page: AnnotationPage; middle: Vec3 }> {
    const geometry = await stage.geometryOf(id);
    const page = await stage.visit();
    await page.chooseModel('grow_from_clicks');
    await page.openCase(id, geometry);
    const [x, y, z] = geometry.size;
    return { page, middle: [Math.floor(x / 2), Math.floor(y / 2), Math.floor(z / 2)] };
  }

  it('a model that starts from clicks asks for them', async () => {
    const { page } = await openWithClicks();
    const click = page.step('Click in the image');
    assert.equal(await click.getAttribute('aria-current'), 'step');
    assert.ok(await page.step('Propose').isDisabled());
    assert.match((await page.step('Propose').getAttribute('title'))!, /starts from clicks/);
    await page.page.keyboard.press('p');
    await page.message('This model starts from clicks: click in the image first.').waitFor();
    await click.click();
    assert.equal(await page.button('Click').getAttribute('aria-pressed'), 'true');
  });

  it('the error of a click goes when a later one succeeds', async () => {
    const { page, middle } = await openWithClicks();
    await page.goTo(middle);
    await page.chooseTool('Click');
    await page.page.route('**/infer/**', (route) => route.fulfill({ status: 400, json: { detail: 'No room' } }), {
      times: 1,
    });
    await page.clickIn(2, middle);
    await page.message('No room').waitFor();
    await page.clickIn(2, middle);
    await page.clicksAnswered(1);
    await page.message('No room').waitFor({ state: 'detached' });
  });

  it('a message with a button goes with the first new stroke and never lies over the image', async () => {
    const page = await stage.visit();
    const geometry = await stage.geometryOf(id);
    await page.openCase(id, geometry);
    const middle: Vec3 = [40, 40, 20];
    await page.goTo(middle);
    await page.chooseTool('Brush');
    await page.drag(2, middle);
    const image = await page.page.locator('#view').boundingBox();
    await page.submit();
    const stored = page.message(`The label of ${id} is stored`);
    await stored.waitFor();
    assert.deepEqual(await page.page.locator('#view').boundingBox(), image, 'the image stays where it is');
    const box = (await stored.boundingBox())!;
    assert.ok(box.y >= image!.y + image!.height, 'the message is below the image');
    await page.drag(2, [50, 45, 20]);
    await stored.waitFor({ state: 'detached' });
  });
});
