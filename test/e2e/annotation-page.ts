/**
 * The annotation page as a person uses it: buttons, keys, the mouse, and what stands on the screen. Where a voxel lies
 * is found as a person would: by moving the crosshair and reading its position in millimetres below the image.
 */

import type { Browser, Locator, Page } from 'playwright-core';
import { newPage, type WatchedPage } from './browser.js';
import { fileAxis, spacingOf, voxelAt, type Across, type Geometry, type Vec3 } from './geometry.js';

type Tool = 'Crosshair' | 'Brush' | 'Eraser' | 'Fill' | 'Click' | 'Measure';

/** Position on the page in CSS pixels. */
interface Pixel {
  readonly x: number;
  readonly y: number;
}

/** How the voxels of an axis of the file lie along one direction of the screen: pixel = first + voxel · step. */
interface Line {
  readonly axis: 0 | 1 | 2;
  readonly first: number;
  readonly step: number;
}

type PaneMap = Readonly<Record<'x' | 'y', Line>>;

/** The slider of the brush has these positions; what radius each stands for is read from the page. */
const sliderPositions = 101;

export class AnnotationPage {
  readonly page: Page;
  #geometry: Geometry | undefined;
  readonly #maps = new Map<Across, PaneMap>();

  private constructor(
    readonly watched: WatchedPage,
    readonly url: string,
  ) {
    this.page = watched.page;
    // "Leave the page with unsaved work?" is answered with yes.
    this.page.on('dialog', (dialog) => void dialog.accept());
  }

  static async visit(browser: Browser, url: string, address = '/'): Promise<AnnotationPage> {
    const visited = new AnnotationPage(await newPage(browser), url);
    await visited.page.goto(url + address);
    await visited.connection('Connected').waitFor();
    return visited;
  }

  /* What it shows */

  connection(words: 'Connected' | 'No connection'): Locator {
    return this.page.locator('#bar').getByText(words, { exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** In the line at the top. */
  step(name: 'Next case' | 'Click in the image' | 'Propose' | 'Submit' | 'Sending …'): Locator {
    return this.page.getByRole('navigation').getByRole('button', { name, exact: true });
  }

  /** Where the work is: at the end of the line below the image. */
  workState(words: string): Locator {
    return this.page.locator('.work-state', { hasText: words });
  }

  /** The one message at the lower edge. */
  message(words: string): Locator {
    return this.page.locator('#messages .message', { hasText: words });
  }

  /** What stays said beside the image. */
  notice(words: string): Locator {
    return this.page.locator('#side .notice', { hasText: words });
  }

  /** What has to be answered before anything else. */
  question(words: string): Locator {
    return this.page.locator('dialog[open]', { hasText: words });
  }

  async answer(words: string, title: string): Promise<void> {
    await this.question(words).getByRole('button', { name: title, exact: true }).click();
  }

  caseRow(id: string): Locator {
    const name = new RegExp(`^${id.replaceAll('.', '\\.')}$`);
    return this.page.locator('.case', { has: this.page.locator('.name', { hasText: name }) });
  }

  async openCaseName(): Promise<string> {
    return this.page.locator('.case-name').innerText();
  }

  /** The position of the crosshair in RAS millimetres, as the line below the image has it. */
  async crosshair(): Promise<Vec3> {
    const text = await this.page.locator('#readout').innerText();
    const [, lr, x, pa, y, is, z] = /([RL]) ([\d.]+)\s+([AP]) ([\d.]+)\s+([SI]) ([\d.]+) mm/.exec(text) ?? [];
    if (z === undefined) throw new Error(`There is no position in: ${text}`);
    return [Number(x) * (lr === 'R' ? 1 : -1), Number(y) * (pa === 'A' ? 1 : -1), Number(z) * (is === 'S' ? 1 : -1)];
  }

  /** The name of the label there; empty where nothing is painted. */
  labelAtCrosshair(): Promise<string> {
    return this.page.locator('#readout > span').nth(3).innerText();
  }

  /* Cases */

  /** Opens it from the list. `geometry`: of its image, where voxels will be aimed at. */
  async openCase(id: string, geometry?: Geometry): Promise<void> {
    await this.caseRow(id).click();
    await this.isOpen(id, geometry);
  }

  async nextCase(): Promise<string> {
    await this.step('Next case').click();
    await this.step('Submit').and(this.page.locator(':enabled')).waitFor();
    return this.openCaseName();
  }

  /** Resolves when the case can be worked on, however it was opened. */
  async isOpen(id: string, geometry?: Geometry): Promise<void> {
    this.aimIn(geometry);
    await this.page.locator('.case-name').getByText(id, { exact: true }).waitFor();
    await this.step('Submit').and(this.page.locator(':enabled')).waitFor();
  }

  /** What is aimed at from now on; also after the panes have changed. */
  aimIn(geometry: Geometry | undefined): void {
    this.#geometry = geometry;
    this.#maps.clear();
  }

  async propose(): Promise<void> {
    await this.step('Propose').click();
    await this.message('Proposed: ').waitFor();
  }

  async chooseModel(name: string): Promise<void> {
    await this.page.getByRole('region', { name: 'Proposal' }).getByRole('combobox').selectOption(name);
  }

  /** Resolves when that many clicks are there and the model has answered them. */
  async clicksAnswered(count: number): Promise<void> {
    const words = count === 0 ? 'No clicks yet' : count === 1 ? '1 click' : `${count} clicks`;
    await this.page.getByText(words, { exact: true }).waitFor();
  }

  async submit(): Promise<void> {
    await this.step('Submit').click();
    await this.isStored();
  }

  async isStored(): Promise<void> {
    await this.workState('Stored on the server').waitFor();
  }

  /** Starts a training with these settings, by the words beside them. */
  async train(settings: Readonly<Record<string, number>>): Promise<void> {
    await this.page.getByText('Settings', { exact: true }).click();
    for (const [words, value] of Object.entries(settings)) await this.page.getByLabel(words).fill(String(value));
    await this.button('Train').click();
    await this.button('Stop').waitFor();
  }

  /** As after closing the browser's own warning. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.connection('Connected').waitFor();
  }

  /** Another tab, at the address without a case, after this one is gone. */
  async leaveAndVisitAgain(): Promise<void> {
    await this.page.goto('about:blank');
    await this.page.goto(this.url);
    await this.connection('Connected').waitFor();
  }

  /** One more of the same browser. */
  async anotherTab(): Promise<AnnotationPage> {
    const page = await this.page.context().newPage();
    const tab = new AnnotationPage({ ...this.watched, page }, this.url);
    await page.goto(this.url);
    await tab.connection('Connected').waitFor();
    return tab;
  }

  /** The words on what has the focus of the keyboard. */
  focused(): Promise<string> {
    return this.page.locator(':focus').innerText();
  }

  /* Tools */

  async chooseTool(tool: Tool): Promise<void> {
    await this.page.getByRole('group', { name: 'Tool' }).getByRole('button', { name: tool }).click();
  }

  async chooseLabel(name: string): Promise<void> {
    await this.page.locator('button.label', { hasText: name }).click();
  }

  async brushIn3d(on: boolean): Promise<void> {
    await this.page.getByRole('checkbox', { name: '3-D', exact: true }).setChecked(on);
  }

  /** All radii, in millimetres, that the slider of the brush can be set to. */
  async brushRadii(): Promise<number[]> {
    const radii: number[] = [];
    for (let position = 0; position < sliderPositions; position++) radii.push(await this.#setSlider(position));
    return radii;
  }

  /** Paints single voxels where those are larger than half a millimetre. */
  async smallestBrush(): Promise<void> {
    await this.#setSlider(0);
  }

  /** One of `brushRadii`. */
  async setBrush(radius: number, radii: readonly number[]): Promise<void> {
    const set = await this.#setSlider(radii.indexOf(radius));
    if (set !== radius) throw new Error(`The brush has ${set} mm, not ${radius} mm`);
  }

  async #setSlider(position: number): Promise<number> {
    const option = this.page.locator('.options label', { hasText: 'Size' });
    await option.getByRole('slider').fill(String(position));
    return parseFloat(await option.locator('output').innerText());
  }

  /* The mouse in the image */

  /** Moves the crosshair to a voxel of the file, so that each pane shows its slice. */
  async goTo(voxel: Vec3): Promise<void> {
    for (const across of [2, 0] as const) await this.#withControl(across, voxel);
    const reached = await this.#crosshairVoxel();
    if (reached.join() !== voxel.join()) throw new Error(`The crosshair is at ${reached.join()}, not ${voxel.join()}`);
  }

  /** Presses the mouse on a voxel of the shown slice of a pane, goes to others, and lets go. */
  async drag(across: Across, ...voxels: readonly Vec3[]): Promise<void> {
    await this.press(across, ...voxels);
    await this.page.mouse.up();
  }

  /** One click of the tool beside the middle of the axial pane, by a part of its width. */
  async dab(aside: number): Promise<void> {
    const { x, y, width, height } = (await this.page.locator('#canvas').boundingBox())!;
    await this.page.mouse.click(x + width * (0.25 + aside / 2), y + height / 2);
  }

  async clickIn(across: Across, voxel: Vec3): Promise<void> {
    await this.drag(across, voxel);
  }

  /** As `drag`, with the button still down. */
  async press(across: Across, ...voxels: readonly Vec3[]): Promise<void> {
    const [first, ...further] = voxels as [Vec3, ...Vec3[]];
    const start = await this.pixelOf(across, first);
    await this.page.mouse.move(start.x, start.y);
    await this.page.mouse.down();
    for (const voxel of further) {
      const { x, y } = await this.pixelOf(across, voxel);
      await this.page.mouse.move(x, y);
    }
  }

  /** Where the middle of a voxel lies in the pane, among all views. */
  async pixelOf(across: Across, voxel: Vec3): Promise<Pixel> {
    const { x, y } = await this.#mapOf(across);
    return { x: x.first + voxel[x.axis] * x.step, y: y.first + voxel[y.axis] * y.step };
  }

  async #withControl(across: Across, voxel: Vec3): Promise<void> {
    const { x, y } = await this.pixelOf(across, voxel);
    await this.page.keyboard.down('Control');
    await this.page.mouse.click(x, y);
    await this.page.keyboard.up('Control');
    await this.#isDrawn();
  }

  /** The mouse acts on the slices that are on the screen. */
  async #isDrawn(): Promise<void> {
    await this.page.evaluate('new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))');
  }

  async #crosshairVoxel(): Promise<Vec3> {
    return voxelAt(this.#here, await this.crosshair());
  }

  get #here(): Geometry {
    if (this.#geometry === undefined) throw new Error('Nobody said where the voxels of this case lie');
    return this.#geometry;
  }

  async #mapOf(across: Across): Promise<PaneMap> {
    const known = this.#maps.get(across);
    if (known !== undefined) return known;
    const { x, y, width, height } = (await this.page.locator('#canvas').boundingBox())!;
    // The axial view at the left, sagittal above coronal at the right.
    const [column, row] = { 0: [3, 1], 1: [3, 3], 2: [1, 2] }[across] as [number, number];
    const middle = { x: x + (width * column) / 4, y: y + (height * row) / 4 };
    await this.page.keyboard.down('Control');
    await this.page.mouse.move(middle.x, middle.y);
    await this.page.mouse.down();
    const reach = Math.min(width, height) / 40;
    const map: PaneMap = { x: await this.#lineOf('x', middle, reach), y: await this.#lineOf('y', middle, reach) };
    await this.page.mouse.up();
    await this.page.keyboard.up('Control');
    await this.#isDrawn();
    if ([map.x.axis, map.y.axis].includes(fileAxis(this.#here, across)))
      throw new Error('The pane shows another slice');
    this.#maps.set(across, map);
    return map;
  }

  /** Looks for where the crosshair, dragged in one direction, goes over from voxel to voxel on both sides of the middle. */
  async #lineOf(direction: 'x' | 'y', middle: Pixel, reach: number): Promise<Line> {
    const at = async (place: number): Promise<Vec3> => {
      const pixel = { ...middle, [direction]: place };
      await this.page.mouse.move(pixel.x, pixel.y);
      return this.#crosshairVoxel();
    };
    const [from, to] = [middle[direction] - reach, middle[direction] + reach];
    const [first, last] = [await at(from), await at(to)];
    const axis = ([0, 1, 2] as const).find((each) => first[each] !== last[each]);
    if (axis === undefined) throw new Error(`The crosshair stays at ${first.join()}`);
    const rough = (to - from) / (last[axis] - first[axis]);
    /** Pixels of 0.03 mm. */
    const close = (0.03 * Math.abs(rough)) / spacingOf(this.#here)[axis];
    /** Between a voxel seen at `near` and the next one. */
    const border = async (near: number, voxel: number): Promise<number> => {
      let [before, beyond] = [near, near + 1.5 * rough];
      for (let more = 0; (await at(beyond))[axis] === voxel; more++) {
        if (more > 5) throw new Error(`Axis ${axis} of the file ends at ${voxel}, in the middle of the pane`);
        beyond += rough;
      }
      while (Math.abs(beyond - before) > close) {
        const between = (before + beyond) / 2;
        if ((await at(between))[axis] === voxel) before = between;
        else beyond = between;
      }
      return (before + beyond) / 2;
    };
    const [low, high] = [await border(from, first[axis]), await border(to, last[axis])];
    const step = (high - low) / (last[axis] - first[axis]);
    return { axis, step, first: low - (first[axis] + 0.5) * step };
  }
}
