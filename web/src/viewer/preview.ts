/**
 * The middle slices drawn without a graphics card: they are on the screen as soon as the file is read, while the whole
 * volume is still on its way to the card.
 */

import type { LoadedImage } from './image.js';
import type { Axis, Pane } from './panes.js';

/** RAS axes along the screen. Right and down run against all of them but the sagittal's: radiological convention. */
const screenAxes: Record<Axis, readonly [horizontal: Axis, vertical: Axis]> = { 0: [1, 2], 1: [0, 2], 2: [0, 1] };

export function drawPreview(context: CanvasRenderingContext2D, panes: readonly Pane[], image: LoadedImage): void {
  context.save();
  context.fillStyle = 'black';
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  for (const { kind, rect } of panes) {
    if (kind === 'render') continue;
    const { size, spacing } = image.geometry.grid;
    const [horizontal, vertical] = screenAxes[kind];
    const [width, height] = [size[horizontal] * spacing[horizontal], size[vertical] * spacing[vertical]];
    const scale = Math.min(rect.width / width, rect.height / height);
    context.setTransform(
      -scale * spacing[horizontal],
      0,
      0,
      -scale * spacing[vertical],
      rect.left + (rect.width + scale * width) / 2,
      rect.top + (rect.height + scale * height) / 2,
    );
    context.drawImage(middleSlice(image, kind, horizontal, vertical), 0, 0);
  }
  context.restore();
}

function middleSlice(image: LoadedImage, axis: Axis, horizontal: Axis, vertical: Axis): OffscreenCanvas {
  const { size } = image.geometry.grid;
  const [width, height] = [size[horizontal], size[vertical]];
  const [low, high] = image.firstWindow;
  const picture = new ImageData(width, height);
  const voxel: [number, number, number] = [0, 0, 0];
  voxel[axis] = Math.floor(size[axis] / 2);
  for (let v = 0, to = 0; v < height; v++) {
    voxel[vertical] = v;
    for (let h = 0; h < width; h++, to += 4) {
      voxel[horizontal] = h;
      const grey = ((image.valueAt(voxel) - low) / (high - low)) * 255;
      picture.data.set([grey, grey, grey, 255], to);
    }
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.putImageData(picture, 0, 0);
  return canvas;
}
