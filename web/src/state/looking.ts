/** How the image is shown, and what the pointer does in it. */

import { computed, effect } from '@preact/signals-core';
import type { Vec3 } from '../labelmap/grid.js';
import { nearestVoxel } from '../viewer/geometry.js';
import type { Axis, Layout } from '../viewer/panes.js';
import type { OpenCase } from './case-session.js';
import { cssColour } from './labels.js';
import { viewer } from './stage.js';
import {
  brushRadius,
  clickMarks,
  clicks,
  crosshair,
  intensityWindow,
  labels,
  layout,
  loading,
  opacity,
  openCase,
  outline,
  rulers,
  showsRender,
  threshold,
} from './store.js';

/** Hounsfield units from black to white, as radiologists know them. */
export const ctWindows: readonly (readonly [name: string, low: number, high: number])[] = [
  ['Soft tissue', -160, 240],
  ['Liver', -15, 155],
  ['Lung', -1350, 150],
  ['Bone', -450, 1050],
  ['Brain', 0, 80],
];

/** Soft tissue without fat and bone. */
const ctThreshold = [-100, 250] as const;

/** Without a case, and while the next one is fetched, no other patient's image stays on the screen. */
const belongsOnScreen = computed(() => openCase.value !== undefined || loading.value?.stage === 'prepare');

/** Call once the viewer is there: what the store says shows on the screen. */
export function connectViewer(): void {
  effect(() => viewer()?.setLayout(layout.value, showsRender.value));
  effect(() => {
    if (openCase.value !== undefined) startThreshold(openCase.value);
  });
  effect(() => {
    if (openCase.value !== undefined) viewer()?.setWindow(...intensityWindow.value);
  });
  effect(() => {
    if (!belongsOnScreen.value) viewer()?.clear();
  });
  effect(() => {
    const colours = labels.value.map(({ colour, visible }) => (visible ? colour : undefined));
    if (openCase.value !== undefined) {
      viewer()?.setLabels({ colours, opacity: opacity.value, outline: outline.value });
    }
  });
  effect(() => {
    if (openCase.value !== undefined) viewer()?.setCrosshair(crosshair.value);
  });
  effect(() => {
    const colourOf = new Map(labels.value.map(({ name, colour }) => [name, cssColour(colour)]));
    clickMarks.value = clicks.value.map(({ voxel, foreground, label }) => {
      return { voxel, foreground, colour: colourOf.get(label) ?? 'white' };
    });
    void rulers.value;
    viewer()?.redrawMarks();
  });
}

let thresholdIsForCt = true;

/** Hounsfield units mean the same in each CT, so what was chosen stays; elsewhere values mean what the image makes them. */
function startThreshold({ isCt, percentileWindow }: OpenCase): void {
  if (isCt && thresholdIsForCt) return;
  const [min, max] = isCt ? ctThreshold : percentileWindow;
  threshold.value = { on: threshold.peek().on, min: rounded(min), max: rounded(max) };
  thresholdIsForCt = isCt;
}

/** Digits enough to look at. */
export function rounded(value: number): number {
  return Math.abs(value) >= 10 ? Math.round(value) : Number(value.toPrecision(3));
}

export function moveCrosshair(position: Vec3): void {
  const grid = openCase.value?.geometry.grid;
  if (grid !== undefined) crosshair.value = nearestVoxel(position, grid);
}

export function stepSlice(axis: Axis, by: number): void {
  const next: [number, number, number] = [...crosshair.value];
  next[axis] += by;
  moveCrosshair(next);
}

export function goToEnd(axis: Axis, end: 'first' | 'last'): void {
  const size = openCase.value?.geometry.grid.size[axis] ?? 0;
  stepSlice(axis, end === 'first' ? -size : size);
}

export function showPane(next: Layout): void {
  layout.value = next;
}

/** Millimetres between voxels. */
export function distance(from: Vec3, to: Vec3, spacing: Vec3): number {
  return Math.hypot(...from.map((value, axis) => (value - to[axis]!) * spacing[axis]!));
}

export function changeBrush(factor: number): void {
  const next = brushRadius.value * factor;
  brushRadius.value = Math.round(Math.min(Math.max(next, 0.5), 100) * 10) / 10;
}

/** Dragging changes brightness (down) and contrast (right), in parts of the present window. */
export function dragWindow(right: number, down: number): void {
  const [low, high] = intensityWindow.value;
  const width = Math.max((high - low) * (1 + right), 1e-6);
  const centre = (low + high) / 2 + (high - low) * down;
  intensityWindow.value = [centre - width / 2, centre + width / 2];
}
