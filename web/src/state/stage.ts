/** The viewer of the page. It is loaded after the first view is on the screen, for it is most of the page's code. */

import type { Viewer } from '../viewer/viewer.js';
import { brushMark, clickMarks, rulers } from './store.js';

let started: Promise<Viewer> | undefined;
let current: Viewer | undefined;

export function startViewer(host: HTMLElement): Promise<Viewer> {
  started ??= import('../viewer/viewer.js').then(({ Viewer: Loaded }) => Loaded.in(host, marks));
  return started.then((viewer) => (current = viewer));
}

/** Resolves once `startViewer` has. */
export async function whenViewer(): Promise<Viewer> {
  if (started === undefined) throw new Error('The viewer has not been started');
  return started;
}

/** Undefined until it is there. */
export function viewer(): Viewer | undefined {
  return current;
}

function marks() {
  const brush = brushMark.peek();
  return { clicks: clickMarks.peek(), rulers: rulers.peek(), ...(brush && { brush }) };
}
