/** Every key of the page. */

import { keepLargest, interpolate, redo, undo } from '../state/editing.js';
import { changeBrush, ctWindows, showPane, stepSlice } from '../state/looking.js';
import { openNext } from '../state/opening.js';
import { isInteractive, propose } from '../state/proposing.js';
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
  proposing,
  threshold,
  tool,
  type Tool,
} from '../state/store.js';
import { submit } from '../state/submitting.js';
import type { Axis } from '../viewer/panes.js';

export interface Key {
  /** As `KeyboardEvent.key` has it, with "Ctrl+" (Command on a Mac) in front where it is held. */
  readonly key: string;
  readonly title: string;
  readonly group: 'Work' | 'Tools' | 'Looking';
  readonly run: () => void;
}

function toolKey(key: string, title: string, to: Tool): Key {
  return { key, title, group: 'Tools', run: () => (tool.value = to) };
}

/** The axis that the single pane lies across; the axial one among several. */
export function mainAxis(): Axis {
  return layout.value === 'sagittal' ? 0 : layout.value === 'coronal' ? 1 : 2;
}

export const keys: readonly Key[] = [
  { key: 'n', title: 'Next case', group: 'Work', run: () => void openNext() },
  { key: 'p', title: 'Propose', group: 'Work', run: () => proposing.value === undefined && void propose() },
  { key: 'Ctrl+Enter', title: 'Submit', group: 'Work', run: () => void submit() },
  { key: 'Ctrl+z', title: 'Undo', group: 'Work', run: undo },
  { key: 'Ctrl+y', title: 'Redo', group: 'Work', run: redo },
  { key: 'Ctrl+Z', title: 'Redo', group: 'Work', run: redo },
  { key: '?', title: 'Show or hide the keys', group: 'Work', run: () => (keysShown.value = !keysShown.value) },
  toolKey('v', 'Look: move the crosshair', 'look'),
  toolKey('b', 'Brush', 'brush'),
  toolKey('e', 'Eraser', 'erase'),
  toolKey('f', 'Fill', 'fill'),
  toolKey('m', 'Measure', 'measure'),
  {
    key: 'c',
    title: 'Click for the model; again: switch foreground and background',
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
    title: 'Paint only within the threshold',
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
  { key: 'ArrowUp', title: 'Next slice', group: 'Looking', run: () => stepSlice(mainAxis(), 1) },
  { key: 'ArrowDown', title: 'Slice before', group: 'Looking', run: () => stepSlice(mainAxis(), -1) },
  { key: 'w', title: 'Next intensity window', group: 'Looking', run: nextWindow },
  { key: 'o', title: 'Outline or fill', group: 'Looking', run: () => (outline.value = !outline.value) },
  { key: '+', title: 'Enlarge', group: 'Looking', run: () => viewer()?.zoom(1.25) },
  { key: '-', title: 'Make smaller', group: 'Looking', run: () => viewer()?.zoom(0.8) },
  { key: '0', title: 'Fit the image', group: 'Looking', run: () => viewer()?.resetZoom() },
];

const byKey = new Map(keys.map((key) => [key.key, key]));

export function connectKeys(): void {
  window.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    const held = event.ctrlKey || event.metaKey;
    if (event.altKey || target.closest('dialog') !== null) return;
    const name = held ? `Ctrl+${event.key}` : event.key;
    if (takesKeys(target) && name !== 'Ctrl+Enter') return;
    if (target.matches('[type="range"]') && event.key.startsWith('Arrow')) return;
    const key = byKey.get(name);
    if (key === undefined) return;
    event.preventDefault();
    key.run();
  });
}

/** Where people type or choose by letter. */
function takesKeys(element: HTMLElement): boolean {
  return element.matches('select, textarea, input:not([type="checkbox"], [type="range"])');
}

/** "Ctrl+z" as people write it. */
export function keyText(key: string): string {
  const names: Record<string, string> = {
    ArrowUp: '↑',
    ArrowDown: '↓',
    'Ctrl+Enter': 'Ctrl+↵',
    'Ctrl+Z': 'Ctrl+Shift+Z',
  };
  return names[key] ?? key.replace(/[a-z]$/, (letter) => letter.toUpperCase());
}

function nextLabel(): void {
  if (labels.value.length > 0) activeLabel.value = (activeLabel.value % labels.value.length) + 1;
}

function nextWindow(): void {
  const opened = openCase.value;
  if (opened === undefined) return;
  const choices = [...ctWindows.map(([, low, high]) => [low, high] as const), opened.percentileWindow];
  const [low, high] = intensityWindow.value;
  const now = choices.findIndex((choice) => choice[0] === low && choice[1] === high);
  intensityWindow.value = choices[(now + 1) % choices.length]!;
}
