import type { Vec3 } from '../labelmap/grid.js';

/** 0 sagittal, 1 coronal, 2 axial: the RAS axis that a slice lies across. */
export type Axis = 0 | 1 | 2;
export type PaneKind = Axis | 'render';
export type Layout = 'grid' | 'axial' | 'coronal' | 'sagittal' | 'render';

/** A rectangle of the canvas in device pixels from its top left corner. */
interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Pane {
  readonly kind: PaneKind;
  readonly rect: Rect;
}

/** How a slice lies on the canvas: RAS voxel = origin + x·right + y·down, x and y in device pixels of the canvas. */
export interface SliceMap {
  readonly origin: Vec3;
  readonly right: Vec3;
  readonly down: Vec3;
}

const single: Record<Exclude<Layout, 'grid'>, PaneKind> = { sagittal: 0, coronal: 1, axial: 2, render: 'render' };

/** Width in device pixels of the lines between panes. */
const gap = 2;

/** `withRender`: whether all views are four, with the 3-D view, or the three slices, the axial one large. */
export function panesOf(layout: Layout, width: number, height: number, withRender = true): Pane[] {
  if (layout !== 'grid') return [{ kind: single[layout], rect: { left: 0, top: 0, width, height } }];
  const [w, h] = [Math.floor((width - gap) / 2), Math.floor((height - gap) / 2)];
  const pane = (kind: PaneKind, column: 0 | 1, row: 0 | 1): Pane => ({
    kind,
    rect: { left: column * (w + gap), top: row * (h + gap), width: w, height: h },
  });
  if (!withRender) {
    const axial: Pane = { kind: 2, rect: { left: 0, top: 0, width: w, height } };
    return [axial, pane(0, 1, 0), pane(1, 1, 1)];
  }
  return [pane(2, 0, 0), pane(0, 1, 0), pane(1, 0, 1), pane('render', 1, 1)];
}

export function paneAt(panes: readonly Pane[], x: number, y: number): Pane | undefined {
  return panes.find(({ rect }) => {
    return x >= rect.left && y >= rect.top && x < rect.left + rect.width && y < rect.top + rect.height;
  });
}

/** Continuous RAS voxel coordinates (voxel centres at integers) of a canvas position; also outside of the pane. */
export function voxelAt({ origin, right, down }: SliceMap, x: number, y: number): Vec3 {
  const along = (axis: 0 | 1 | 2): number => origin[axis] + x * right[axis] + y * down[axis];
  return [along(0), along(1), along(2)];
}

/** The canvas position of a voxel, projected onto the slice. */
export function canvasPosition({ origin, right, down }: SliceMap, voxel: Vec3): [x: number, y: number] {
  const along = (step: Vec3): number => {
    let [dot, square] = [0, 0];
    step.forEach((value, axis) => {
      dot += value * (voxel[axis]! - origin[axis]!);
      square += value * value;
    });
    return dot / square;
  };
  return [along(right), along(down)];
}

/** The letters at the left, right, top and bottom edge of a slice: towards which side of the patient they lie. */
export function edgeLetters({ right, down }: SliceMap): { left: string; right: string; top: string; bottom: string } {
  const towards = (step: Vec3): string => {
    const size = step.map(Math.abs);
    const axis = size.indexOf(Math.max(...size));
    return ['LR', 'PA', 'IS'][axis]![step[axis]! > 0 ? 1 : 0]!;
  };
  const opposite = (step: Vec3): string => towards([-step[0], -step[1], -step[2]]);
  return { left: opposite(right), right: towards(right), top: opposite(down), bottom: towards(down) };
}
