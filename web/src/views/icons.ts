import { svg, type SVGTemplateResult } from 'lit-html';

/** Drawn in a box of 20 by 20 with the colour of the text around them. */
const paths = {
  look: 'M10 2v6M10 12v6M2 10h6M12 10h6',
  brush: 'M17 3 9 11M9 11c-2-1-4 0-4 3 0 1-1 2-2 2 3 2 8 1 8-3 0-1-1-2-2-2Z',
  erase: 'M8 16 3 11l8-8 6 6-7 7ZM8 16h9M7 7l6 6',
  fill: 'M9 3 3 9l6 6 6-6-6-6ZM3 9h12M17 12c-1 2-2 3-2 4a2 2 0 0 0 4 0c0-1-1-2-2-4Z',
  measure: 'M3 13 13 3l4 4L7 17ZM6 10l2 2M9 7l2 2M12 4l2 2',
  click: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM10 7v6M7 10h6',
  undo: 'M7 4 3 8l4 4M3 8h8a5 5 0 0 1 0 9H8',
  redo: 'M13 4l4 4-4 4M17 8H9a5 5 0 0 0 0 9h3',
  seen: 'M1 10s3-6 9-6 9 6 9 6-3 6-9 6-9-6-9-6ZM10 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
  hidden: 'M2 3l16 15M4 7c-2 1-3 3-3 3s3 6 9 6c2 0 3 0 4-1M9 4h1c6 0 9 6 9 6l-2 3',
  close: 'M5 5l10 10M15 5 5 15',
} as const;

export type Icon = keyof typeof paths;

export function icon(name: Icon): SVGTemplateResult {
  return svg`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d=${paths[name]} /></svg>`;
}
