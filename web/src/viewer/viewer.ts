/** The image on the screen: panes, what is drawn in them and when, and where the pointer is in the image. */

import type { Box, Vec3 } from '../labelmap/grid.js';
import { unite } from '../labelmap/grid.js';
import { readImage, type LoadedImage } from './image.js';
import { Overlay, type Marks } from './overlay.js';
import { canvasPosition, paneAt, panesOf, voxelAt, type Axis, type Layout, type Pane, type SliceMap } from './panes.js';
import { Scene, type LabelStyle } from './scene.js';

/** The 3-D view is costly where no graphics card helps: it waits until nothing has moved for so many milliseconds. */
const settleTime = 250;

export interface Place {
  readonly pane: Pane;
  readonly map: SliceMap;
  /** Continuous RAS voxel coordinates, voxel centres at integers. */
  readonly voxel: Vec3;
}

export class Viewer {
  readonly #scene: Scene;
  readonly #canvas: HTMLCanvasElement;
  readonly #overlay: Overlay;
  #panes: Pane[] = [];
  readonly #maps = new Map<Pane['kind'], SliceMap>();
  #layout: Layout = 'grid';
  #withRender = true;
  #isHeld = false;
  #image: LoadedImage | undefined;
  #crosshair: Vec3 = [0, 0, 0];
  #changed: Box | undefined;
  #window: readonly [low: number, high: number] | undefined;
  readonly #stale = { slices: false, render: false, overlay: false };
  #isTurning = false;
  #frame = 0;
  #settled = 0;
  #marks: () => Marks;

  private constructor(scene: Scene, canvas: HTMLCanvasElement, overlay: Overlay, marks: () => Marks) {
    [this.#scene, this.#canvas, this.#overlay, this.#marks] = [scene, canvas, overlay, marks];
  }

  /** Fills `host`, which is positioned. `marks` says what lies above the image. Throws without WebGL 2. */
  static async in(host: HTMLElement, marks: () => Marks): Promise<Viewer> {
    const canvas = document.createElement('canvas');
    const overlay = new Overlay();
    host.append(canvas, overlay.canvas);
    const viewer = new Viewer(await Scene.on(canvas), canvas, overlay, marks);
    new ResizeObserver(() => viewer.#resize()).observe(host);
    viewer.#resize();
    return viewer;
  }

  /** Takes pointer events. */
  get surface(): HTMLCanvasElement {
    return this.#overlay.canvas;
  }

  get image(): LoadedImage | undefined {
    return this.#image;
  }

  /** The drawing over the image, RAS order, one byte a voxel; edit it in place, then call `refresh`. */
  get drawing(): Uint8Array {
    return this.#scene.drawing;
  }

  /** Shows an inflated NIfTI or NRRD file; `name` tells which. The drawing is empty then. Throws what cannot be read. */
  async show(file: ArrayBuffer, name: string, signal: AbortSignal): Promise<LoadedImage> {
    this.#image = undefined;
    const image = await readImage(file, name);
    // Another image may have been asked for meanwhile: this one must not come over it.
    signal.throwIfAborted();
    const { size } = image.geometry.grid;
    this.#overlay.preview(this.#panes, image);
    performance.mark('first slices');
    await nextPaint();
    signal.throwIfAborted();
    this.#scene.show(image.nvImage, size, image.firstWindow);
    this.#image = image;
    this.#changed = this.#window = undefined;
    this.setCrosshair([Math.floor(size[0] / 2), Math.floor(size[1] / 2), Math.floor(size[2] / 2)]);
    return image;
  }

  /** Shows nothing until the next `show`. */
  clear(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#settled);
    this.#frame = 0;
    this.#image = undefined;
    this.#maps.clear();
    this.#scene.clear();
    this.#overlay.clear();
  }

  /** The drawing has changed inside the box; without one, everywhere. */
  refresh(box?: Box): void {
    if (this.#image === undefined) return;
    const { size } = this.#image.geometry.grid;
    const changed = box ?? { min: [0, 0, 0], max: size };
    if (changed.min.some((first, axis) => first >= changed.max[axis]!)) return;
    this.#changed = this.#changed === undefined ? changed : unite(this.#changed, changed);
    this.#stale.render = true;
    this.#request();
  }

  /** `withRender`: whether the 3-D view is among several. */
  setLayout(layout: Layout, withRender: boolean): void {
    [this.#layout, this.#withRender] = [layout, withRender];
    this.#resize();
  }

  /** While a button is down the 3-D view waits: where no graphics card helps, it would stop the stroke. */
  setHeld(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld && this.#stale.render) this.#request();
  }

  setLabels(style: LabelStyle): void {
    this.#scene.setLabels(style);
    this.redraw();
  }

  setWindow(low: number, high: number): void {
    this.#window = [low, high];
    this.redraw();
  }

  get crosshair(): Vec3 {
    return this.#crosshair;
  }

  /** A voxel of the image. */
  setCrosshair(voxel: Vec3): void {
    this.#crosshair = voxel;
    const size = this.#image?.geometry.grid.size;
    if (size === undefined) return;
    this.#scene.setCrosshair([(voxel[0] + 0.5) / size[0], (voxel[1] + 0.5) / size[1], (voxel[2] + 0.5) / size[2]]);
    this.#stale.slices = this.#stale.overlay = true;
    this.#request();
  }

  /** What lies under a position of the surface, in CSS pixels. */
  at(offsetX: number, offsetY: number): Place | undefined {
    const pane = paneAt(this.#panes, ...this.#device(offsetX, offsetY));
    const map = pane && this.#maps.get(pane.kind);
    return pane && map && { pane, map, voxel: voxelAt(map, ...this.#device(offsetX, offsetY)) };
  }

  /** Where a pointer that began in `pane` is, also outside of it. */
  within(pane: Pane, offsetX: number, offsetY: number): Vec3 | undefined {
    const map = this.#maps.get(pane.kind);
    return map && voxelAt(map, ...this.#device(offsetX, offsetY));
  }

  paneAt(offsetX: number, offsetY: number): Pane | undefined {
    return paneAt(this.#panes, ...this.#device(offsetX, offsetY));
  }

  pan(pane: Pane, right: number, down: number): void {
    const map = this.#maps.get(pane.kind);
    if (map !== undefined)
      this.#scene.pan(map, pane, (right * this.#ratio) / pane.rect.width, (down * this.#ratio) / pane.rect.height);
    this.redraw();
  }

  zoom(factor: number, about: Vec3 = this.#crosshair): void {
    if (this.#image !== undefined) this.#scene.zoom(factor, about);
    this.redraw();
  }

  resetZoom(): void {
    this.#scene.resetZoom();
    this.redraw();
  }

  turn(azimuth: number, elevation: number): void {
    this.#scene.turn(azimuth, elevation);
    this.#drawRenderSoon();
  }

  zoomRender(factor: number): void {
    this.#scene.zoomRender(factor);
    this.#drawRenderSoon();
  }

  /** Draws everything with the next frame. */
  redraw(): void {
    this.#stale.slices = this.#stale.render = this.#stale.overlay = true;
    this.#request();
  }

  /** Draws what lies above the image with the next frame. */
  redrawMarks(): void {
    this.#stale.overlay = true;
    this.#request();
  }

  get #ratio(): number {
    return this.#canvas.width / Math.max(this.#canvas.clientWidth, 1);
  }

  #device(offsetX: number, offsetY: number): [x: number, y: number] {
    return [offsetX * this.#ratio, offsetY * this.#ratio];
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#canvas.parentElement!;
    const [width, height] = [clientWidth, clientHeight].map((length) => {
      return Math.max(Math.round(length * devicePixelRatio), 1);
    }) as [number, number];
    // Also one that is set to the size it has loses what is in it.
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      [this.#canvas.width, this.#canvas.height] = [width, height];
    }
    this.#overlay.resize(width, height);
    this.#panes = panesOf(this.#layout, width, height, this.#withRender);
    this.#maps.clear();
    // A canvas that changes its size is empty: drawing it in the same task spares a black flash.
    this.redraw();
    this.#draw();
  }

  #request(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  /** While it turns, the 3-D view is drawn with each frame. */
  #drawRenderSoon(): void {
    this.#stale.render = this.#isTurning = true;
    this.#request();
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#image === undefined) return this.#overlay.clear();
    const changed = this.#changed;
    this.#changed = undefined;
    if (changed !== undefined) this.#scene.upload(changed, this.#image.geometry.grid.size);
    if (this.#window !== undefined) {
      this.#scene.setWindow(...this.#window);
      this.#window = undefined;
    }
    for (const pane of this.#panes) {
      if (pane.kind === 'render' || !(this.#stale.slices || this.#cuts(pane.kind, changed))) continue;
      this.#maps.set(pane.kind, this.#scene.draw(pane, this.#canvas)!);
    }
    this.#stale.slices = false;
    if (this.#stale.overlay) this.#drawOverlay();
    if (this.#isTurning) this.#drawRender();
    else if (this.#stale.render) {
      clearTimeout(this.#settled);
      this.#settled = window.setTimeout(() => this.#drawRender(), settleTime);
    }
  }

  /** Whether the slice on the screen goes through the box. */
  #cuts(axis: Axis, box: Box | undefined): boolean {
    return box !== undefined && box.min[axis] <= this.#crosshair[axis] && this.#crosshair[axis] < box.max[axis];
  }

  #drawRender(): void {
    const waits = this.#isHeld && !this.#isTurning;
    if (this.#image === undefined || !this.#stale.render || waits) return;
    this.#stale.render = this.#isTurning = false;
    const pane = this.#panes.find(({ kind }) => kind === 'render');
    if (pane !== undefined) this.#scene.draw(pane, this.#canvas);
  }

  #drawOverlay(): void {
    this.#stale.overlay = false;
    const slices = this.#panes.flatMap((pane) => {
      const map = this.#maps.get(pane.kind);
      return map === undefined ? [] : [{ pane, map, crosshair: canvasPosition(map, this.#crosshair) }];
    });
    this.#overlay.draw(slices, this.#image!, this.#crosshair, this.#marks());
  }
}

/** Resolves when what was drawn so far is on the screen. */
async function nextPaint(): Promise<void> {
  await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve));
}
