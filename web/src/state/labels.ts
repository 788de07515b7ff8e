import type { Vec3 } from '../labelmap/grid.js';

/** What can be painted in a case. Its value in the drawing is its position, from 1. */
export interface Label {
  readonly name: string;
  readonly colour: Vec3;
  readonly visible: boolean;
}

/** Okabe and Ito's colours, which colour-blind people can tell apart; black is left out, blue comes late on dark images. */
const colours: readonly Vec3[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [213, 94, 0],
  [204, 121, 167],
  [0, 114, 178],
];

export function newLabels(names: readonly string[]): Label[] {
  return names.map((name, index) => ({ name, colour: colourOf(index), visible: true }));
}

/** After the seven come lighter ones. */
function colourOf(index: number): Vec3 {
  const colour = colours[index % colours.length]!;
  const towardsWhite = Math.min(Math.floor(index / colours.length) * 0.35, 0.7);
  return colour.map((part) => Math.round(part + (255 - part) * towardsWhite)) as unknown as Vec3;
}

export function cssColour(colour: Vec3): string {
  return `rgb(${colour.join(' ')})`;
}

/** The labels of a model or file in the order of their values, background left out; value k of a result is the k-th. */
export function foregroundNames(labels: Readonly<Record<string, number>> | readonly string[]): string[] {
  if (isList(labels)) return labels.filter((name) => name !== 'background');
  return Object.entries(labels)
    .filter(([, value]) => value > 0)
    .sort(([, a], [, b]) => a - b)
    .map(([name]) => name);
}

/** What the values of a stored label mean, by value from 1, as lib/datastore/label-names.ts reads it. */
export function storedNames(info: Readonly<Record<string, unknown>>): string[] {
  const {
    label_values: values,
    label_info: segments,
    params,
  } = info as {
    label_values?: Record<string, number>;
    label_info?: { name: string }[];
    params?: { label_names?: Record<string, number> | string[] };
  };
  if (values !== undefined) {
    const names: string[] = [];
    for (const [name, value] of Object.entries(values)) names[value - 1] = name;
    return names;
  }
  if (Array.isArray(segments)) return segments.map(({ name }) => name);
  return params?.label_names === undefined ? [] : foregroundNames(params.label_names);
}

function isList(labels: Readonly<Record<string, number>> | readonly string[]): labels is readonly string[] {
  return Array.isArray(labels);
}
