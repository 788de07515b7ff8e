/** What can be painted in a case, and the numbers that label files have for it. */

import type { Vec3 } from '../labelmap/grid.js';
import { mostSlots } from '../labelmap/slots.js';

/** Its slot in the drawing is its position in the list, from 1. */
export interface Label {
  /** "label 7" where nobody has named the value. */
  readonly name: string;
  readonly isNamed: boolean;
  /** In label files; no two labels have the same. */
  readonly value: number;
  readonly colour: Vec3;
  readonly visible: boolean;
}

/** What is kept of a label beside a drawing. */
export type LabelName = Pick<Label, 'name' | 'isNamed' | 'value'>;

/** What the models of a server call their labels, and their own number for each. */
export type ModelLabels = readonly (readonly [name: string, value: number])[];

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
/** Degrees; multiples of it come nowhere near one another, so that models of a hundred labels can be read. */
const goldenAngle = 137.508;
const lightnesses = [0.55, 0.6, 0.45, 0.5];

/**
 * The labels of a case: those of the models first, then what else its file holds. `values`: all that occur in it; `named`:
 * what they are called. Numbers of the file stay; where more are there than a drawing can have, unpainted ones are left out.
 */
export function labelsOf(
  models: ModelLabels,
  values: readonly number[],
  named: Readonly<Record<string, number>>,
): Label[] {
  const inFile = Object.entries(named).map(([name, value]): LabelName => ({ name, value, isNamed: true }));
  const isNamed = new Set(inFile.map(({ value }) => value));
  const unnamed = values.filter((value) => !isNamed.has(value)).map(unnamedLabel);
  const rank = ({ name }: LabelName): number => {
    const position = models.findIndex(([each]) => isSameName(each, name));
    return position < 0 ? models.length : position;
  };
  const known = [...inFile, ...unnamed];
  const all = withNames(known, models).sort((a, b) => rank(a) - rank(b));
  const isPainted = new Set(values);
  for (let index = all.length - 1; all.length > mostSlots && index >= 0; index--) {
    if (!isPainted.has(all[index]!.value)) all.splice(index, 1);
  }
  return inColour(all);
}

/** Labels by slot, and after them those of `models` that are not among them, under their own numbers where these are free. */
export function withLabels(labels: readonly Label[], models: ModelLabels): readonly Label[] {
  const all = withNames(labels, models).slice(0, mostSlots);
  return all.length === labels.length ? labels : [...labels, ...inColour(all).slice(labels.length)];
}

/** As they were kept beside a drawing. */
export function keptLabels(kept: readonly LabelName[]): Label[] {
  return inColour(kept);
}

/**
 * The label of `slot` under a name, and how slots change with it: another label of that name makes way if it is painted
 * nowhere. Throws where it is painted.
 */
export function namedLabels(
  labels: readonly Label[],
  slot: number,
  name: string,
  isPainted: (slot: number) => boolean,
): { labels: readonly Label[]; slotOf: Uint8Array | undefined } {
  const renamed = labels.map((label, index) => (index === slot - 1 ? { ...label, name, isNamed: true } : label));
  const other = labels.findIndex((label, index) => index !== slot - 1 && isSameName(label.name, name)) + 1;
  if (other === 0) return { labels: renamed, slotOf: undefined };
  if (isPainted(other)) throw new Error(`There is a label ${labels[other - 1]!.name} in this case already`);
  const slotOf = Uint8Array.from({ length: mostSlots + 1 }, (_, each) => (each > other ? each - 1 : each));
  return { labels: renamed.filter((_, index) => index !== other - 1), slotOf };
}

/** From 1; 0 where there is none. */
export function slotOfName(labels: readonly Label[], name: string): number {
  return labels.findIndex((label) => isSameName(label.name, name)) + 1;
}

/** Two spellings of a name are one for the server too: "Left Kidney" is "left_kidney". */
export function isSameName(a: string, b: string): boolean {
  return plainName(a) === plainName(b);
}

export function cssColour(colour: Vec3): string {
  return `rgb(${colour.join(' ')})`;
}

/** The labels of a model or file in the order of their values, background left out; value k of a result is the k-th. */
export function foregroundNames(labels: Readonly<Record<string, number>> | readonly string[]): string[] {
  return foreground(labels).map(([name]) => name);
}

/** The same with the numbers that they have. */
export function foreground(labels: Readonly<Record<string, number>> | readonly string[]): [string, number][] {
  const all = isList(labels)
    ? labels.filter((name) => name !== 'background').map((name, index): [string, number] => [name, index + 1])
    : Object.entries(labels);
  return all.filter(([, value]) => value > 0).sort(([, a], [, b]) => a - b);
}

function withNames(labels: readonly LabelName[], models: ModelLabels): LabelName[] {
  const all = [...labels];
  for (const [name, own] of models) {
    if (all.some((label) => isSameName(label.name, name))) continue;
    const taken = all.map(({ value }) => value);
    all.push({ name, isNamed: true, value: taken.includes(own) ? Math.max(0, ...taken) + 1 : own });
  }
  return all;
}

function unnamedLabel(value: number): LabelName {
  return { name: `label ${value}`, isNamed: false, value };
}

function inColour(labels: readonly LabelName[]): Label[] {
  return labels.map(({ name, isNamed, value }, index) => {
    return { name, isNamed, value, colour: colourOf(index), visible: true };
  });
}

/** After the seven come hues that are far from one another. */
function colourOf(index: number): Vec3 {
  return colours[index] ?? hue(index * goldenAngle, lightnesses[index % lightnesses.length]!);
}

/** HSL, fully saturated, to RGB. */
function hue(degrees: number, lightness: number): Vec3 {
  const reach = Math.min(lightness, 1 - lightness);
  const part = (offset: number): number => {
    const place = (offset + degrees / 30) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(place - 3, 9 - place, 1))));
  };
  return [part(0), part(8), part(4)];
}

function plainName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');
}

function isList(labels: Readonly<Record<string, number>> | readonly string[]): labels is readonly string[] {
  return Array.isArray(labels);
}
