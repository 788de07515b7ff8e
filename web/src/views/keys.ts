/** Every key of the page. */

import { keepLargest, interpolate, redo, undo } from '../state/editing.js';
import { changeBrush, ctWindows, goToEnd, showPane, stepSlice } from '../state/looking.js';
import { isInteractive } from '../state/proposing.js';
import { viewer } from '../state/stage.js';
import {
  activeLabel,
  brushIn3d,
  clickForeground,
  intensityWindow,
  keysShown,
  labels,
  layout,
  openCase,
  outline,
  pointedAxis,
  threshold,
  tool,
  type Tool,
} from '../state/store.js';
import { submit } from '../state/submitting.js';
import type { Axis } from '../viewer/panes.js';
import { namesOf } from './key-names.js';
import { askForProposal, goToNext } from './steps.js';

export interface Key {
  /** As `namesOf` gives it. */
  readonly key: string;
  readonly title: string;
  readonly group: 'Work' | 'Tools' | 'Looking';
  readonly run: () => void;
}

/** Slices that Page Up and Page Down leave behind. */
const page = 10;

function toolKey(key: string, title: string, to: Tool): Key {
  return { key, title, group: 'Tools', run: () => (tool.value = to) };
}

function sliceKey(key: string, title: string, by: number): Key {
  return { key, title, group: 'Looking', run: () => stepSlice(mainAxis(), by) };
}

/** The axis that the single pane lies across; among several, that of the pane under the pointer, else the axial one. */
export function mainAxis(): Axis {
  const single = { sagittal: 0, coronal: 1, axial: 2, render: 2, grid: undefined } as const;
  return single[layout.value] ?? pointedAxis.value ?? 2;
}

export const keys: readonly Key[] = [
  { key: 'n', title: 'Next case', group: 'Work', run: goToNext },
  { key: 'p', title: 'Propose', group: 'Work', run: askForProposal },
  { key: 'Ctrl+Enter', title: 'Submit', group: 'Work', run: () => void submit() },
  { key: 'Ctrl+z', title: 'Undo', group: 'Work', run: undo },
  { key: 'Ctrl+y', title: 'Redo', group: 'Work', run: redo },
  { key: 'Ctrl+Shift+z', title: 'Redo', group: 'Work', run: redo },
  { key: '?', title: 'Show or hide the keys', group: 'Work', run: () => (keysShown.value = !keysShown.value) },
  toolKey('v', 'Crosshair', 'look'),
  toolKey('b', 'Brush', 'brush'),
  toolKey('e', 'Eraser', 'erase'),
  toolKey('f', 'Fill', 'fill'),
  toolKey('m', 'Measure', 'measure'),
  {
    key: 'c',
    title: 'Click for the model; again to switch inside and outside',
    group: 'Tools',
    run: () => {
      if (!isInteractive.value) return;
      if (tool.value === 'click') clickForeground.value = !clickForeground.value;
      tool.value = 'click';
    },
  },
  { key: '[', title: 'Smaller brush', group: 'Tools', run: () => changeBrush(1 / 1.25) },
  { key: ']', title: 'Larger brush', group: 'Tools', run: () => changeBrush(1.25) },
  { key: '3', title: 'Brush in 2-D or 3-D', group: 'Tools', run: () => (brushIn3d.value = !brushIn3d.value) },
  {
    key: 't',
    title: 'Paint only within an intensity range',
    group: 'Tools',
    run: () => (threshold.value = { ...threshold.value, on: !threshold.value.on }),
  },
  { key: 'i', title: 'Interpolate between slices', group: 'Tools', run: () => interpolate(mainAxis()) },
  { key: 'k', title: 'Keep the largest part', group: 'Tools', run: keepLargest },
  { key: 'l', title: 'Next label', group: 'Tools', run: nextLabel },
  { key: 'g', title: 'All views', group: 'Looking', run: () => showPane('grid') },
  { key: 'a', title: 'Axial view', group: 'Looking', run: () => showPane('axial') },
  { key: 's', title: 'Sagittal view', group: 'Looking', run: () => showPane('sagittal') },
  { key: 'd', title: 'Coronal view', group: 'Looking', run: () => showPane('coronal') },
  { key: 'r', title: '3-D view', group: 'Looking', run: () => showPane('render') },
  sliceKey('ArrowUp', 'Next slice', 1),
  sliceKey('ArrowDown', 'Previous slice', -1),
  sliceKey('PageUp', `${page} slices on`, page),
  sliceKey('PageDown', `${page} slices back`, -page),
  { key: 'Home', title: 'First slice', group: 'Looking', run: () => goToEnd(mainAxis(), 'first') },
  { key: 'End', title: 'Last slice', group: 'Looking', run: () => goToEnd(mainAxis(), 'last') },
  { key: 'w', title: 'Next intensity window', group: 'Looking', run: nextWindow },
  { key: 'o', title: 'Outline or filled', group: 'Looking', run: () => (outline.value = !outline.value) },
  { key: '+', title: 'Zoom in', group: 'Looking', run: () => viewer()?.zoom(1.25) },
  { key: '-', title: 'Zoom out', group: 'Looking', run: () => viewer()?.zoom(0.8) },
  { key: '0', title: 'Fit the image', group: 'Looking', run: () => viewer()?.resetZoom() },
];

const byKey = new Map(keys.map((key) => [key.key, key]));
/** What moves the thumb of a slider, or the page inside a panel, when that has the focus. */
const movingKeys: readonly string[] = ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'];

export function connectKeys(): void {
  window.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (event.altKey || target.closest('dialog') !== null) return;
    const name = namesOf(event).find((each) => byKey.has(each));
    if (name === undefined || (takesKeys(target) && name !== 'Ctrl+Enter')) return;
    if (target.matches('[type="range"]') && movingKeys.includes(name)) return;
    event.preventDefault();
    byKey.get(name)!.run();
  });
}

/** Where people type or choose by letter. */
function takesKeys(element: HTMLElement): boolean {
  return element.matches('select, textarea, input:not([type="checkbox"], [type="range"])');
}

function nextLabel(): void {
  if (labels.value.length > 0) activeLabel.value = (activeLabel.value % labels.value.length) + 1;
}

function nextWindow(): void {
  const opened = openCase.value;
  if (opened === undefined) return;
  const choices = [
    ...(opened.isCt ? ctWindows.map(([, low, high]) => [low, high] as const) : []),
    opened.percentileWindow,
  ];
  const [low, high] = intensityWindow.value;
  const now = choices.findIndex((choice) => choice[0] === low && choice[1] === high);
  intensityWindow.value = choices[(now + 1) % choices.length]!;
}
