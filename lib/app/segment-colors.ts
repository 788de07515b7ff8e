/** Colours of segments in files for 3D Slicer. */

import type { Color } from '../image/segments.js';
import { plainName } from './labels.js';

type Bytes = readonly [number, number, number];

/** Those of Slicer's generic anatomy, so that a proposal looks as a radiologist knows it. */
const colorOfOrgan = new Map<string, Bytes>([
  ['spleen', [157, 108, 162]],
  ['liver', [221, 130, 101]],
  ['gallbladder', [139, 150, 98]],
  ['pancreas', [249, 180, 111]],
  ['stomach', [216, 132, 105]],
  ['duodenum', [255, 253, 229]],
  ['small bowel', [205, 167, 142]],
  ['colon', [204, 168, 143]],
  ['esophagus', [211, 171, 143]],
  ['kidney', [185, 102, 83]],
  ['adrenal gland', [249, 186, 150]],
  ['bladder', [222, 154, 132]],
  ['prostate', [230, 158, 140]],
  ['lung', [197, 165, 145]],
  ['trachea', [182, 228, 255]],
  ['heart', [206, 110, 84]],
  ['aorta', [224, 97, 76]],
  ['inferior vena cava', [0, 151, 206]],
  ['brain', [250, 250, 225]],
  ['bone', [241, 214, 145]],
  ['muscle', [192, 104, 88]],
  ['fat', [230, 220, 70]],
  ['lymph node', [68, 172, 100]],
  ['tumor', [144, 238, 144]],
]);

/** For the others: Okabe and Ito's, as on the annotation page. */
const sequence: readonly Bytes[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [213, 94, 0],
  [204, 121, 167],
  [0, 114, 178],
];

/** A colour for each name, all of them different. */
export function segmentColors(names: readonly string[]): Color[] {
  const uses = new Map<Bytes, number>();
  return names.map((name, index) => {
    const color = colorOfOrgan.get(organOf(name)) ?? sequence[index % sequence.length]!;
    const use = uses.get(color) ?? 0;
    uses.set(color, use + 1);
    return shade(color, use);
  });
}

/** "kidney_left" and "Right Kidney" are kidneys. */
function organOf(name: string): string {
  const words = plainName(name).split(' ');
  return words.filter((word) => !['left', 'right', 'upper', 'middle', 'lower', 'lobe'].includes(word)).join(' ');
}

/** The first is the colour itself; then come a lighter one, a darker one, and so on. */
function shade(color: Bytes, use: number): Color {
  const end = use % 2 === 1 ? 255 : 0;
  const part = use / (use + 4);
  const mixed = (value: number): number => Math.round((1000 * (value + (end - value) * part)) / 255) / 1000;
  return [mixed(color[0]), mixed(color[1]), mixed(color[2])];
}
