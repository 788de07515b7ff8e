/**
 * What mouse, pen and touch do in the image. Left: the tool; right: brightness and contrast; middle, or left with Shift:
 * move the image; left with Control: the crosshair. Wheel: slices; with Control: zoom; with Shift: size of the brush.
 */

import type { Vec3 } from '../labelmap/grid.js';
import { beginStroke, continueStroke, endStroke, fillAt } from '../state/editing.js';
import { cssColour } from '../state/labels.js';
import { changeBrush, distance, dragWindow, moveCrosshair, stepSlice } from '../state/looking.js';
import { click } from '../state/proposing.js';
import {
  activeLabel,
  brushMark,
  brushRadius,
  labels,
  layout,
  openCase,
  pointedAxis,
  rulers,
  tool,
} from '../state/store.js';
import { isInside, nearestVoxel } from '../viewer/geometry.js';
import type { Axis, Layout, Pane } from '../viewer/panes.js';
import type { Place, Viewer } from '../viewer/viewer.js';

interface Drag {
  move(event: PointerEvent): void;
  end?(): void;
}

const buttons = { left: 0, middle: 1, right: 2 };
const layouts: Record<Axis, Layout> = { 0: 'sagittal', 1: 'coronal', 2: 'axial' };

export function connectPointer(viewer: Viewer): void {
  const { surface } = viewer;
  let drag: Drag | undefined;

  surface.addEventListener('pointerdown', (event) => {
    drag?.end?.();
    drag = begin(viewer, event);
    if (drag === undefined) return;
    surface.setPointerCapture(event.pointerId);
    viewer.setHeld(true);
  });
  surface.addEventListener('pointermove', (event) => {
    drag?.move(event);
    showPlace(viewer, event);
  });
  const end = (): void => {
    drag?.end?.();
    drag = undefined;
    viewer.setHeld(false);
  };
  surface.addEventListener('pointerup', end);
  surface.addEventListener('pointercancel', end);
  surface.addEventListener('pointerleave', () => {
    pointedAxis.value = undefined;
    hideBrush(viewer);
  });
  surface.addEventListener('contextmenu', (event) => event.preventDefault());
  surface.addEventListener('dblclick', (event) => toggleSingle(viewer.paneAt(event.offsetX, event.offsetY)));
  surface.addEventListener('wheel', (event) => wheel(viewer, event), { passive: false });
}

function begin(viewer: Viewer, event: PointerEvent): Drag | undefined {
  const pane = viewer.paneAt(event.offsetX, event.offsetY);
  if (pane === undefined || openCase.value === undefined) return undefined;
  if (pane.kind === 'render') return turning(viewer, event);
  if (event.button === buttons.right) return windowing(event);
  if (event.button === buttons.middle || (event.button === buttons.left && event.shiftKey)) {
    return panning(viewer, pane, event);
  }
  const place = viewer.at(event.offsetX, event.offsetY);
  if (event.button !== buttons.left || place === undefined) return undefined;
  if (event.ctrlKey || event.metaKey) return crosshairing(viewer, place);
  return usingTool(viewer, place);
}

function usingTool(viewer: Viewer, place: Place): Drag | undefined {
  const axis = place.pane.kind as Axis;
  switch (tool.value) {
    case 'look':
      return crosshairing(viewer, place);
    case 'brush':
    case 'erase':
      return painting(viewer, place, axis, tool.value === 'erase');
    case 'measure':
      return measuring(viewer, place, axis);
    case 'fill':
      if (isHere(place.voxel)) fillAt(nearestHere(place.voxel), axis);
      return undefined;
    case 'click':
      if (isHere(place.voxel)) void click(nearestHere(place.voxel));
      return undefined;
  }
}

function crosshairing(viewer: Viewer, { pane, voxel }: Place): Drag {
  moveCrosshair(voxel);
  return {
    move: ({ offsetX, offsetY }) => {
      const next = viewer.within(pane, offsetX, offsetY);
      if (next !== undefined) moveCrosshair(next);
    },
  };
}

function painting(viewer: Viewer, { pane, voxel }: Place, axis: Axis, erase: boolean): Drag {
  beginStroke(voxel, axis, erase);
  return {
    // The browser gathers moves between frames; all of them are the stroke.
    move: (event) => {
      for (const { offsetX, offsetY } of event.getCoalescedEvents()) {
        const next = viewer.within(pane, offsetX, offsetY);
        if (next !== undefined) continueStroke(next);
      }
    },
    end: endStroke,
  };
}

function measuring(viewer: Viewer, { pane, voxel: from }: Place, axis: Axis): Drag {
  const earlier = rulers.value;
  const spacing = openCase.value!.geometry.grid.spacing;
  return {
    move: ({ offsetX, offsetY }) => {
      const to = viewer.within(pane, offsetX, offsetY);
      if (to === undefined) return;
      rulers.value = [...earlier, { axis, from, to, text: `${distance(from, to, spacing).toFixed(1)} mm` }];
    },
  };
}

function panning(viewer: Viewer, pane: Pane, start: PointerEvent): Drag {
  return following(start, (right, down) => viewer.pan(pane, right, down));
}

function turning(viewer: Viewer, start: PointerEvent): Drag {
  return following(start, (right, down) => viewer.turn(right / 2, down / 2));
}

function windowing(start: PointerEvent): Drag {
  return following(start, (right, down) => dragWindow(right / 300, down / 300));
}

/** Calls back with the steps of the pointer in CSS pixels. */
function following(start: PointerEvent, step: (right: number, down: number) => void): Drag {
  let [x, y] = [start.clientX, start.clientY];
  return {
    move: ({ clientX, clientY }) => {
      step(clientX - x, clientY - y);
      [x, y] = [clientX, clientY];
    },
  };
}

function wheel(viewer: Viewer, event: WheelEvent): void {
  event.preventDefault();
  const pane = viewer.paneAt(event.offsetX, event.offsetY);
  // With Shift, browsers report a wheel that turns sideways.
  const turn = Math.sign(event.deltaY || event.deltaX);
  if (pane === undefined || turn === 0) return;
  if (pane.kind === 'render') viewer.zoomRender(turn > 0 ? 1 / 1.1 : 1.1);
  else if (event.ctrlKey || event.metaKey) {
    const place = viewer.at(event.offsetX, event.offsetY);
    if (place !== undefined) viewer.zoom(turn > 0 ? 1 / 1.15 : 1.15, place.voxel);
  } else if (event.shiftKey) {
    changeBrush(turn > 0 ? 1 / 1.15 : 1.15);
  } else {
    stepSlice(pane.kind, -turn);
  }
  showPlace(viewer, event);
}

function toggleSingle(pane: Pane | undefined): void {
  if (pane === undefined || tool.value !== 'look') return;
  const own = pane.kind === 'render' ? 'render' : layouts[pane.kind];
  layout.value = layout.value === 'grid' ? own : 'grid';
}

function showPlace(viewer: Viewer, { offsetX, offsetY }: { offsetX: number; offsetY: number }): void {
  const place = viewer.at(offsetX, offsetY);
  pointedAxis.value = place?.pane.kind as Axis | undefined;
  showBrush(viewer, place);
}

function showBrush(viewer: Viewer, place: Place | undefined): void {
  const grid = openCase.value?.geometry.grid;
  const paints = tool.value === 'brush' || tool.value === 'erase';
  if (!paints || place === undefined || grid === undefined) return hideBrush(viewer);
  const [x, y, z] = grid.spacing;
  const radius = brushRadius.value;
  const colour = labels.value[activeLabel.value - 1]?.colour;
  brushMark.value = {
    axis: place.pane.kind as Axis,
    voxel: place.voxel,
    radius: [radius / x, radius / y, radius / z],
    colour: tool.value === 'erase' || colour === undefined ? 'white' : cssColour(colour),
  };
  viewer.redrawMarks();
}

function hideBrush(viewer: Viewer): void {
  if (brushMark.value === undefined) return;
  brushMark.value = undefined;
  viewer.redrawMarks();
}

function isHere(voxel: Vec3): boolean {
  return openCase.value !== undefined && isInside(voxel, openCase.value.geometry.grid);
}

function nearestHere(voxel: Vec3): Vec3 {
  return nearestVoxel(voxel, openCase.value!.geometry.grid);
}
