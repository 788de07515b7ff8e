/**
 * NiiVue as a painter of single panes. Its own mouse, keyboard, pen and texts are off: `Scene` draws one pane when it is
 * told to and says how the slice lies on the canvas.
 */

import { Niivue, SLICE_TYPE, type NVImage } from '@niivue/niivue';
import type { Box, Vec3 } from '../labelmap/grid.js';
import type { Pane, PaneKind, SliceMap } from './panes.js';

const sliceTypes: Record<PaneKind, SLICE_TYPE> = {
  0: SLICE_TYPE.SAGITTAL,
  1: SLICE_TYPE.CORONAL,
  2: SLICE_TYPE.AXIAL,
  render: SLICE_TYPE.RENDER,
};

/** The texture units where NiiVue makes surface normals for lighting, which no view here has. */
const gradientUnits: readonly number[] = [WebGL2RenderingContext.TEXTURE6, WebGL2RenderingContext.TEXTURE8];

class PanePainter extends Niivue {
  #aspect = 1;
  #isAsked = false;

  paint(): void {
    this.#isAsked = true;
    super.drawScene();
    this.#isAsked = false;
  }

  /** NiiVue draws whenever anything changes, several times a frame. */
  override drawScene(): string | void {
    if (this.#isAsked) super.drawScene();
  }

  /** Fills panes with their slice: NiiVue would cut what lies outside of the image's own proportions. */
  override calculateWidthHeight(
    _sliceType: number,
    _volScale: number[],
    width: number,
    height: number,
  ): [number, number] {
    this.#aspect = width / height;
    return [width, height];
  }

  override screenFieldOfViewExtendedVox(axis?: number): ReturnType<Niivue['screenFieldOfViewExtendedVox']> {
    const view = super.screenFieldOfViewExtendedVox(axis);
    const [width, height] = [view.fovMM[0], view.fovMM[1]];
    const grow = [Math.max(height * this.#aspect - width, 0), Math.max(width / this.#aspect - height, 0)];
    for (const side of [0, 1] as const) {
      view.mnMM[side] -= grow[side]! / 2;
      view.mxMM[side] += grow[side]! / 2;
      view.fovMM[side] += grow[side]!;
    }
    return view;
  }

  /** Normals of every voxel cost more than all the rest of loading, and twice its memory: they get one voxel a slice. */
  override rgbaTex(
    texture: WebGLTexture | null,
    unit: number,
    dims: number[],
    isInitialised = false,
  ): WebGLTexture | null {
    const size = gradientUnits.includes(unit) ? [3, 1, 1, dims[3]!] : dims;
    return super.rgbaTex(texture, unit, size, isInitialised);
  }
}

export interface LabelStyle {
  /** Red, green, blue, 0…255, of each label value from 1; undefined for a hidden one. */
  readonly colours: readonly (readonly [number, number, number] | undefined)[];
  /** 0…1 */
  readonly opacity: number;
  readonly outline: boolean;
}

export class Scene {
  readonly #nv: PanePainter;
  #opacity = 0.5;

  private constructor(nv: PanePainter) {
    this.#nv = nv;
  }

  /** Throws where the browser has no WebGL 2. */
  static async on(canvas: HTMLCanvasElement): Promise<Scene> {
    // Panes are drawn one by one, so what was drawn before must stay; NiiVue then gets this same context.
    const context = canvas.getContext('webgl2', { alpha: true, antialias: false, preserveDrawingBuffer: true });
    if (context === null) throw new Error('This browser has no WebGL 2, which the images need');
    const nv = new PanePainter({
      logLevel: 'error',
      interactive: false,
      isResizeCanvas: false,
      forceDevicePixelRatio: -1,
      dragAndDropEnabled: false,
      isOrientationTextVisible: false,
      crosshairWidth: 0,
      show3Dcrosshair: false,
      isRadiologicalConvention: true,
      sagittalNoseLeft: true,
      backColor: [0, 0, 0, 1],
      loadingText: '',
      // Slices along the voxel axes, also of oblique images: a pane shows whole voxels, and so a brush paints them.
      isSliceMM: false,
    });
    await nv.attachToCanvas(canvas, false);
    return new Scene(nv);
  }

  /** Shows an image in place of what was there, with an empty drawing over it. */
  show(image: NVImage, size: Vec3, [low, high]: readonly [number, number]): void {
    const nv = this.#nv;
    while (nv.volumes.length > 0) nv.removeVolumeByIndex(0);
    [image.cal_min, image.cal_max] = [low, high];
    nv.addVolume(image);
    // createEmptyDrawing would also fill NiiVue's own history of changes.
    nv.drawBitmap = new Uint8Array(size[0] * size[1] * size[2]);
    nv.drawTexture = nv.r8Tex(nv.drawTexture, nv.gl.TEXTURE7, [3, ...size]);
    this.resetZoom();
  }

  /** Leaves nothing on the canvas. */
  clear(): void {
    const { gl } = this.#nv;
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  /** The voxels that are drawn over the image, RAS order; they are NiiVue's own array. */
  get drawing(): Uint8Array {
    return this.#nv.drawBitmap ?? new Uint8Array();
  }

  /** Sends a box of the drawing to the graphics card. */
  upload({ min, max }: Box, size: Vec3): void {
    const { gl, drawTexture, drawBitmap } = this.#nv;
    gl.activeTexture(gl.TEXTURE7);
    gl.bindTexture(gl.TEXTURE_3D, drawTexture);
    const unpack: [number, number][] = [
      [gl.UNPACK_ALIGNMENT, 1],
      [gl.UNPACK_ROW_LENGTH, size[0]],
      [gl.UNPACK_IMAGE_HEIGHT, size[1]],
      [gl.UNPACK_SKIP_PIXELS, min[0]],
      [gl.UNPACK_SKIP_ROWS, min[1]],
      [gl.UNPACK_SKIP_IMAGES, min[2]],
    ];
    for (const [name, value] of unpack) gl.pixelStorei(name, value);
    const extent = [max[0] - min[0], max[1] - min[1], max[2] - min[2]] as const;
    gl.texSubImage3D(gl.TEXTURE_3D, 0, ...min, ...extent, gl.RED, gl.UNSIGNED_BYTE, drawBitmap);
    // NiiVue counts on the defaults for its own uploads.
    for (const [name] of unpack.slice(1)) gl.pixelStorei(name, 0);
  }

  /** Draws one pane; returns how its slice lies, undefined for the 3-D view. */
  draw({ kind, rect }: Pane, canvas: { readonly width: number; readonly height: number }): SliceMap | undefined {
    const nv = this.#nv;
    const bottom = canvas.height - rect.top - rect.height;
    // NiiVue counts bounds from the lower edge, and rounds the corner down and the size up.
    nv.opts.bounds = [
      [(rect.left + 0.02) / canvas.width, (bottom + 0.02) / canvas.height],
      [(rect.left + rect.width - 0.02) / canvas.width, (bottom + rect.height - 0.02) / canvas.height],
    ];
    nv.uiData.dpr = canvas.width / nv.canvas!.clientWidth;
    nv.customLayout = [{ sliceType: sliceTypes[kind], position: [0, 0, 1, 1] }];
    nv.drawOpacity = kind === 'render' ? 1 : this.#opacity;
    nv.paint();
    return kind === 'render' ? undefined : this.#sliceMap();
  }

  setCrosshair(fraction: Vec3): void {
    this.#nv.scene.crosshairPos = [...fraction];
  }

  /** Shows intensities from `low` (black) to `high` (white). */
  setWindow(low: number, high: number): void {
    const image = this.#nv.volumes[0];
    if (image === undefined || (image.cal_min === low && image.cal_max === high)) return;
    [image.cal_min, image.cal_max] = [low, high];
    this.#nv.updateGLVolume();
  }

  /** `outline`: only the rims of labels on slices. */
  setLabels({ colours, opacity, outline }: LabelStyle): void {
    const nv = this.#nv;
    const { lut } = nv.drawLut;
    lut.fill(0);
    colours.forEach((colour, label) => {
      if (colour !== undefined) lut.set([...colour, 255], (label + 1) * 4);
    });
    nv.refreshColormaps();
    // The rim is drawn where a voxel's own colour is not fully transparent.
    this.#opacity = outline ? 0.001 : opacity;
    nv.drawRimOpacity = outline ? 1 : -1;
  }

  /** Moves all slices; `right` and `down` in parts of the width and height of a pane of `axis`. */
  pan(map: SliceMap, { rect }: Pane, right: number, down: number): void {
    const { pan2Dxyzmm: pan } = this.#nv.scene;
    const spacing = this.#nv.volumes[0]?.pixDimsRAS ?? [];
    for (const axis of [0, 1, 2] as const) {
      const voxels = map.right[axis] * rect.width * right + map.down[axis] * rect.height * down;
      pan[axis] += voxels * spacing[axis + 1]! * pan[3];
    }
  }

  /** Enlarges all slices about a voxel, which stays where it is on the screen. */
  zoom(factor: number, about: Vec3): void {
    const nv = this.#nv;
    const { pan2Dxyzmm: pan } = nv.scene;
    const before = pan[3];
    const after = Math.min(Math.max(before * factor, 0.5), 20);
    const [min, max] = [nv.volumes[0]!.extentsMinOrtho!, nv.volumes[0]!.extentsMaxOrtho!];
    const size = nv.volumes[0]!.dimsRAS!;
    for (const axis of [0, 1, 2] as const) {
      const fraction = (about[axis] + 0.5) / size[axis + 1]!;
      const millimetres = min[axis]! + fraction * (max[axis]! - min[axis]!);
      pan[axis] += millimetres * (before - after);
    }
    pan[3] = after;
  }

  resetZoom(): void {
    this.#nv.scene.pan2Dxyzmm = [0, 0, 0, 1];
    this.#nv.scene.volScaleMultiplier = 1;
  }

  /** Turns the 3-D view, degrees. */
  turn(azimuth: number, elevation: number): void {
    const { scene } = this.#nv;
    scene.renderAzimuth += azimuth;
    scene.renderElevation = Math.min(Math.max(scene.renderElevation + elevation, -90), 90);
  }

  zoomRender(factor: number): void {
    const { scene } = this.#nv;
    scene.volScaleMultiplier = Math.min(Math.max(scene.volScaleMultiplier * factor, 0.5), 4);
  }

  /** NiiVue's own conversion at three points gives the whole map, for it is linear. */
  #sliceMap(): SliceMap | undefined {
    const slice = this.#nv.screenSlices[0];
    const size = this.#nv.volumes[0]?.dimsRAS;
    if (slice === undefined || size === undefined) return undefined;
    const [left, top, width, height] = slice.leftTopWidthHeight as [number, number, number, number];
    const voxel = (x: number, y: number): Vec3 => {
      const fraction = this.#nv.screenXY2TextureFrac(x, y, 0, false);
      const along = (axis: 0 | 1 | 2): number => fraction[axis] * size[axis + 1]! - 0.5;
      return [along(0), along(1), along(2)];
    };
    const [x, y] = [left + width / 4, top + height / 4];
    const [corner, aside, below] = [voxel(x, y), voxel(x + width / 2, y), voxel(x, y + height / 2)];
    const step = (from: Vec3, to: Vec3, pixels: number): Vec3 => {
      return [(to[0] - from[0]) / pixels, (to[1] - from[1]) / pixels, (to[2] - from[2]) / pixels];
    };
    const [right, down] = [step(corner, aside, width / 2), step(corner, below, height / 2)];
    const at = (axis: 0 | 1 | 2): number => corner[axis] - x * right[axis] - y * down[axis];
    return { origin: [at(0), at(1), at(2)], right, down };
  }
}
