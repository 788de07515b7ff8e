/** What lies above the image: crosshair, letters, slice numbers, the outline of the brush, clicks, distances. */

import type { Vec3 } from '../labelmap/grid.js';
import type { LoadedImage } from './image.js';
import { canvasPosition, edgeLetters, type Axis, type Pane, type SliceMap } from './panes.js';
import { drawPreview } from './preview.js';

export interface Ruler {
  readonly axis: Axis;
  readonly from: Vec3;
  readonly to: Vec3;
  /** "32.4 mm" */
  readonly text: string;
}

export interface ClickMark {
  readonly voxel: Vec3;
  readonly foreground: boolean;
  /** CSS colour of its label. */
  readonly colour: string;
}

export interface Marks {
  /** The outline of the brush: where it is, and its radius in voxels along each axis. */
  readonly brush?: { readonly axis: Axis; readonly voxel: Vec3; readonly radius: Vec3; readonly colour: string };
  readonly clicks: readonly ClickMark[];
  readonly rulers: readonly Ruler[];
}

export interface SliceOnCanvas {
  readonly pane: Pane;
  readonly map: SliceMap;
  readonly crosshair: readonly [x: number, y: number];
}

const names: Record<Axis, string> = { 0: 'Sagittal', 1: 'Coronal', 2: 'Axial' };
const lineColour = 'rgb(86 180 233 / 0.55)';
const textColour = 'rgb(255 255 255 / 0.8)';

export class Overlay {
  readonly canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D;
  #scale = 1;

  constructor() {
    this.#context = this.canvas.getContext('2d')!;
    this.canvas.className = 'overlay';
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute('role', 'application');
    this.canvas.setAttribute('aria-label', 'Slices of the open case; the arrow keys go through them');
  }

  /** Device pixels. Letters and lines grow with those of the page. */
  resize(width: number, height: number): void {
    // Chromium brings back what was in a canvas that is set to the size it has and cleared.
    if (this.canvas.width !== width || this.canvas.height !== height) {
      [this.canvas.width, this.canvas.height] = [width, height];
    }
    this.#scale = (devicePixelRatio * parseFloat(getComputedStyle(document.documentElement).fontSize)) / 14;
  }

  preview(panes: readonly Pane[], image: LoadedImage): void {
    drawPreview(this.#context, panes, image);
  }

  clear(): void {
    // Cleared at one stroke, Chromium may bring back what was there when nothing is drawn afterwards.
    const { width, height } = this.canvas;
    for (const left of [0, Math.floor(width / 2)]) this.#context.clearRect(left, 0, Math.ceil(width / 2), height);
  }

  draw(slices: readonly SliceOnCanvas[], image: LoadedImage, crosshair: Vec3, marks: Marks): void {
    const context = this.#context;
    this.clear();
    const scale = this.#scale;
    for (const slice of slices) {
      const { left, top, width, height } = slice.pane.rect;
      context.save();
      context.beginPath();
      context.rect(left, top, width, height);
      context.clip();
      context.lineWidth = scale;
      context.font = `${12 * scale}px system-ui, sans-serif`;
      this.#crosshair(slice, scale);
      // Light letters must be read above bright bone too.
      [context.shadowColor, context.shadowBlur] = ['black', 4 * scale];
      this.#texts(slice, image, crosshair, scale);
      this.#scaleBar(slice, image, scale);
      this.#clicks(slice, crosshair, marks.clicks, scale);
      for (const ruler of marks.rulers) this.#ruler(slice, crosshair, ruler, scale);
      this.#brush(slice, marks.brush, scale);
      context.restore();
    }
  }

  #crosshair({ pane: { rect }, crosshair: [x, y] }: SliceOnCanvas, scale: number): void {
    const context = this.#context;
    const gap = 10 * scale;
    context.strokeStyle = lineColour;
    context.beginPath();
    for (const [from, to] of [
      [rect.left, x - gap],
      [x + gap, rect.left + rect.width],
    ] as const) {
      context.moveTo(from, y);
      context.lineTo(Math.max(from, to), y);
    }
    for (const [from, to] of [
      [rect.top, y - gap],
      [y + gap, rect.top + rect.height],
    ] as const) {
      context.moveTo(x, from);
      context.lineTo(x, Math.max(from, to));
    }
    context.stroke();
  }

  #texts({ pane, map }: SliceOnCanvas, image: LoadedImage, crosshair: Vec3, scale: number): void {
    const context = this.#context;
    const { left, top, width, height } = pane.rect;
    const margin = 6 * scale;
    context.fillStyle = textColour;
    const write = (text: string, x: number, y: number, align: CanvasTextAlign, base: CanvasTextBaseline): void => {
      [context.textAlign, context.textBaseline] = [align, base];
      context.fillText(text, x, y);
    };
    const axis = pane.kind as Axis;
    const slices = image.geometry.grid.size[axis];
    write(`${names[axis]} ${crosshair[axis] + 1}/${slices}`, left + margin, top + margin, 'left', 'top');
    // Letters would be a guess that looks like knowledge.
    if (!image.isOriented) return write('Orientation unknown', left + margin, top + 5 * margin, 'left', 'top');
    const letters = edgeLetters(map);
    write(letters.left, left + margin, top + height / 2, 'left', 'middle');
    write(letters.right, left + width - margin, top + height / 2, 'right', 'middle');
    write(letters.top, left + width / 2, top + margin, 'center', 'top');
    write(letters.bottom, left + width / 2, top + height - margin, 'center', 'bottom');
  }

  #scaleBar({ pane: { rect }, map }: SliceOnCanvas, { geometry }: LoadedImage, scale: number): void {
    const context = this.#context;
    const millimetre = 1 / Math.hypot(...map.right.map((step, axis) => step * geometry.grid.spacing[axis]!));
    const length = roundLength(rect.width / 4 / millimetre);
    const [x, y] = [rect.left + 8 * scale, rect.top + rect.height - 8 * scale];
    context.strokeStyle = textColour;
    context.beginPath();
    context.moveTo(x, y - 4 * scale);
    context.lineTo(x, y);
    context.lineTo(x + length * millimetre, y);
    context.lineTo(x + length * millimetre, y - 4 * scale);
    context.stroke();
    [context.textAlign, context.textBaseline] = ['left', 'bottom'];
    context.fillText(length >= 10 ? `${length / 10} cm` : `${length} mm`, x + 4 * scale, y - 3 * scale);
  }

  #clicks({ pane, map }: SliceOnCanvas, crosshair: Vec3, clicks: readonly ClickMark[], scale: number): void {
    const context = this.#context;
    const axis = pane.kind as Axis;
    for (const { voxel, foreground, colour } of clicks) {
      if (Math.abs(voxel[axis] - crosshair[axis]) > 0.5) continue;
      const [x, y] = canvasPosition(map, voxel);
      const radius = 6 * scale;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = foreground ? colour : 'black';
      context.fill();
      context.strokeStyle = 'white';
      context.moveTo(x - radius / 2, y);
      context.lineTo(x + radius / 2, y);
      if (foreground) {
        context.moveTo(x, y - radius / 2);
        context.lineTo(x, y + radius / 2);
      }
      context.stroke();
    }
  }

  #ruler({ pane, map }: SliceOnCanvas, crosshair: Vec3, { axis, from, to, text }: Ruler, scale: number): void {
    if (pane.kind !== axis || Math.abs(from[axis] - crosshair[axis]) > 0.5) return;
    const context = this.#context;
    const [[x1, y1], [x2, y2]] = [canvasPosition(map, from), canvasPosition(map, to)];
    context.strokeStyle = context.fillStyle = '#f0e442';
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
    for (const [x, y] of [
      [x1, y1],
      [x2, y2],
    ] as const) {
      context.fillRect(x - 2 * scale, y - 2 * scale, 4 * scale, 4 * scale);
    }
    [context.textAlign, context.textBaseline] = ['left', 'bottom'];
    context.fillText(text, x2 + 6 * scale, y2 - 4 * scale);
  }

  #brush({ pane, map }: SliceOnCanvas, brush: Marks['brush'], scale: number): void {
    if (brush?.axis !== pane.kind) return;
    const context = this.#context;
    const [x, y] = canvasPosition(map, brush.voxel);
    const reach = (step: Vec3): number => {
      return Math.max(
        ...step.map((value, axis) => (value === 0 ? 0 : Math.abs(brush.radius[axis]! / value))).filter(Number.isFinite),
      );
    };
    for (const [colour, width] of [
      ['rgb(0 0 0 / 0.6)', 3],
      [brush.colour, 1.5],
    ] as const) {
      context.beginPath();
      context.strokeStyle = colour;
      context.lineWidth = width * scale;
      context.ellipse(x, y, reach(principal(map.right)), reach(principal(map.down)), 0, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}

/** The largest of 1, 2, 5, 10, 20 … that is not above `most`. */
function roundLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return power * (most >= 5 * power ? 5 : most >= 2 * power ? 2 : 1);
}

/** A step along the screen is one along a voxel axis; what else is in it is rounding. */
function principal(step: Vec3): Vec3 {
  const most = Math.max(...step.map(Math.abs));
  return step.map((value) => (Math.abs(value) < most ? 0 : value)) as unknown as Vec3;
}
