/** The viewer of the page. It is loaded after the first view is on the screen, for it is most of the page's code. */

import type { Viewer } from '../viewer/viewer.js';
import { brushMark, clickMarks, rulers } from './store.js';

let start: (viewer: Promise<Viewer>) => void;
const started = new Promise<Viewer>((resolve) => (start = resolve));
let current: Viewer | undefined;

/** Call once. Rejects where the browser cannot show images. */
export async function startViewer(host: HTMLElement): Promise<Viewer> {
  start(import('../viewer/viewer.js').then(({ Viewer: Loaded }) => Loaded.in(host, marks)));
  return (current = await started);
}

/** Settles as `startViewer` does, also when it has yet to be called. */
export function whenViewer(): Promise<Viewer> {
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
