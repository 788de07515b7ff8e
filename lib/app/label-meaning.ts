/** What the values of a label file mean: from what the file holds, what it says itself, and what its author said. */

import { z } from 'zod';
import type { Info } from '../datastore/datastore.js';
import type { LabelCheck, LabelValue } from '../engine/types.js';
import { LabelError } from '../errors.js';
import type { Segment } from '../image/segments.js';
import { foreground, plainName } from './labels.js';
import type { Labels } from './model.js';

/** All that is known of a label file without its author. */
export interface LabelFacts extends LabelCheck {
  /** What a `.seg.nrrd` says of its own. */
  readonly segments?: readonly Segment[];
}

export interface Meaning {
  /**
   * Every value of the file and what it is called; `target` is its value where layers are merged into one, and values of
   * one name have one target. `name` is absent where nobody gave one.
   */
  readonly values: readonly LabelValue[];
  /** Name → value in the merged label; also names that the author gave and painted nowhere. */
  readonly labelValues: ReadonlyMap<string, number>;
  /** Values, merged, that nobody named. No model trains on the label before somebody does. */
  readonly needsNames: readonly number[];
  /** Nobody named any value, and a model of the app has all of them as its own numbers. */
  readonly isNumberedByModel: boolean;
}

/** A value of one layer. */
interface Found {
  readonly layer: number;
  readonly value: number;
}

/** Throws INVALID_INPUT where the names that came with a label cannot be understood. */
export function meaningOf(facts: LabelFacts, info: Info, models: readonly Labels[]): Meaning {
  const found = valuesOf(facts);
  const { nameOf, said } = namesOf(found, facts.segments, info);
  if (said.size === 0) {
    const own = ownNumbers(found, models);
    if (own !== undefined) return { ...merged(found, own, said), needsNames: [], isNumberedByModel: true };
  }
  return { ...merged(found, nameOf, said), isNumberedByModel: false };
}

/**
 * What the values are for one model: its classes by its own numbers where nobody named any and it has all of them, else by
 * name. Values of other organs are background. Undefined where the label says nothing about any of the model's labels, or
 * where a value without a name might be one of them.
 */
export function classesOf(meaning: Meaning, labels: Labels): LabelValue[] | undefined {
  const known = foreground(labels);
  if (meaning.isNumberedByModel) {
    const own = new Map(known.map(([name, value], position) => [value, { name, target: position + 1 }]));
    if (meaning.values.every(({ value }) => own.has(value))) {
      return meaning.values.map(({ layer, value }) => ({ layer, value, ...own.get(value)! }));
    }
    if (meaning.values.some(({ name }) => name === undefined)) return undefined;
  }
  const classes = new Map(known.map(([name], position) => [plainName(name), position + 1]));
  const isAboutIt = [...meaning.labelValues.keys()].some((name) => classes.has(plainName(name)));
  if (!isAboutIt) return undefined;
  return meaning.values.flatMap(({ layer, value, name }) => {
    const target = name === undefined ? undefined : classes.get(plainName(name));
    return target === undefined ? [] : [{ layer, value, target, name: name! }];
  });
}

/** Names of two labels, both of them the model's, that share voxels. */
export function overlapOf(facts: LabelFacts, classes: readonly LabelValue[]): string | undefined {
  const wanted = (layer: number, value: number): LabelValue | undefined =>
    classes.find((each) => each.layer === layer && each.value === value);
  for (const { layers, values, voxels } of facts.overlaps) {
    const [a, b] = [wanted(layers[0], values[0]), wanted(layers[1], values[1])];
    if (a === undefined || b === undefined || a.target === b.target) continue;
    return `${a.name} and ${b.name} overlap in ${voxels} voxels; a voxel can belong to one of them only`;
  }
  return undefined;
}

function valuesOf({ layers }: LabelFacts): Found[] {
  return layers.flatMap((counts, layer) => Object.keys(counts).map((value) => ({ layer, value: Number(value) })));
}

type NameOf = (found: Found) => string | undefined;

/** `said`: name → value, also of names that are painted nowhere. */
interface Names {
  readonly nameOf: NameOf;
  readonly said: ReadonlyMap<string, number>;
}

function namesOf(found: readonly Found[], segments: readonly Segment[] | undefined, info: Info): Names {
  const byValue = saidByValue([...new Set(found.map(({ value }) => value))], info, segments !== undefined);
  const said = new Map([...byValue].map(([value, name]) => [name, value] as const));
  if (segments === undefined) return { nameOf: ({ value }) => byValue.get(value), said };
  const ownName: NameOf = ({ layer, value }) =>
    segments.find((segment) => segment.layer === layer && segment.value === value)?.name;
  // What the file leaves out is named by its number in the merged label, which is what people are shown.
  const { values } = merged(found, ownName, new Map());
  const numberOf = ({ layer, value }: Found): number =>
    values.find((each) => each.layer === layer && each.value === value)!.target;
  return {
    nameOf: (each) => ownName(each) ?? byValue.get(numberOf(each)),
    said: new Map([...segments.map(({ name, value }) => [name, value] as const), ...said]),
  };
}

/**
 * Value → name, by the first way of saying it that fits the values of the file. A file that names its segments knows better
 * than `label_info`; what it leaves out may be named later by value.
 */
function saidByValue(values: readonly number[], info: Info, namesItself: boolean): ReadonlyMap<number, string> {
  const outright = labelValuesOf(info);
  if (outright !== undefined) return outright;
  return withoutBlank(listedByValue(values, info, namesItself));
}

/** An entry without a name has a position, and gives no meaning. */
function withoutBlank(names: ReadonlyMap<number, string>): ReadonlyMap<number, string> {
  return new Map([...names].filter(([, name]) => name.trim() !== ''));
}

function listedByValue(values: readonly number[], info: Info, namesItself: boolean): ReadonlyMap<number, string> {
  const listed = namesItself ? undefined : labelInfoOf(info);
  if (listed === undefined) return new Map();
  const byPosition = new Map(listed.map(({ name }, position) => [position + 1, name]));
  const byIdx = new Map(listed.flatMap(({ name, idx }) => (idx === undefined ? [] : [[idx, name] as const])));
  for (const names of [byPosition, byIdx]) {
    if (values.every((value) => names.has(value))) return names;
  }
  if (values.length !== listed.length) return new Map();
  const ascending = values.toSorted((a, b) => a - b);
  return new Map(ascending.map((value, position) => [value, listed[position]!.name]));
}

const labelValuesSchema = z.record(z.string().trim().min(1), z.number().int());
const proposalSchema = z.object({ label_names: z.record(z.string(), z.number()) });
const labelInfoSchema = z.array(z.looseObject({ name: z.string(), idx: z.number().optional() }));

/** `label_values`: { "spleen": 1 }. */
function labelValuesOf(info: Info): ReadonlyMap<number, string> | undefined {
  const given = info['label_values'] ?? proposedValues(info);
  if (given === undefined || given === null) return undefined;
  const parsed = labelValuesSchema.safeParse(given);
  if (!parsed.success) throw notUnderstood('label_values', 'an object of names and whole numbers, {"spleen": 1}');
  const names = new Map<number, string>();
  for (const [name, value] of Object.entries(parsed.data)) {
    if (value === 0 || isBackground(name)) continue;
    const other = names.get(value);
    if (other !== undefined) {
      throw new LabelError('INVALID_INPUT', `label_values: ${other} and ${name} have the same value ${value}`);
    }
    names.set(value, name);
  }
  return names;
}

/** A proposal that was stored before `label_values` were: its classes in the order of the model's labels. */
function proposedValues({ params }: Info): Record<string, number> | undefined {
  const parsed = proposalSchema.safeParse(params);
  if (!parsed.success) return undefined;
  return Object.fromEntries(foreground(parsed.data.label_names).map(([name], position) => [name, position + 1]));
}

/** `label_info` of 3D Slicer's module and OHIF; an entry for the background is none for a position. */
function labelInfoOf(info: Info): readonly { name: string; idx?: number | undefined }[] | undefined {
  const given = info['label_info'];
  if (given === undefined || given === null) return undefined;
  const parsed = labelInfoSchema.safeParse(given);
  if (!parsed.success) throw notUnderstood('label_info', 'a list of labels, [{"name": "spleen", "idx": 1}]');
  return parsed.data.filter(({ name, idx }) => !isBackground(name) && idx !== 0);
}

function notUnderstood(field: string, form: string): LabelError {
  return new LabelError('INVALID_INPUT', `${field}: must be ${form}`);
}

function isBackground(name: string): boolean {
  return plainName(name) === 'background';
}

/** The names that models give to these numbers, where one has all of them; a number with two names has none. */
function ownNumbers(found: readonly Found[], models: readonly Labels[]): NameOf | undefined {
  const names = new Map<number, Set<string>>();
  let isKnown = false;
  for (const labels of models) {
    const own = new Map(foreground(labels).map(([name, value]) => [value, name]));
    if (!found.every(({ layer, value }) => layer === 0 && own.has(value))) continue;
    isKnown = true;
    for (const { value } of found) names.set(value, (names.get(value) ?? new Set()).add(own.get(value)!));
  }
  if (!isKnown) return undefined;
  return ({ value }) => {
    const given = [...(names.get(value) ?? [])];
    return given.length === 1 ? given[0] : undefined;
  };
}

/** One number for each name: the file's own where it is free. */
function merged(
  found: readonly Found[],
  nameOf: NameOf,
  said: ReadonlyMap<string, number>,
): Omit<Meaning, 'isNumberedByModel'> {
  const taken = new Map<number, string>();
  const numberOf = new Map<string, number>();
  const take = (key: string, wanted: number): number => {
    const known = numberOf.get(key);
    if (known !== undefined) return known;
    const isFree = wanted !== 0 && !taken.has(wanted);
    const number = isFree ? wanted : Math.max(0, ...taken.keys(), ...found.map(({ value }) => value)) + 1;
    taken.set(number, key);
    numberOf.set(key, number);
    return number;
  };
  const labelValues = new Map<string, number>();
  const needsNames: number[] = [];
  const values = found.map(({ layer, value }): LabelValue => {
    const name = nameOf({ layer, value });
    const target = take(name === undefined ? `\0${layer} ${value}` : plainName(name), value);
    if (name === undefined) needsNames.push(target);
    else if (!isKnownName(labelValues, name)) labelValues.set(name, target);
    return { layer, value, target, ...(name !== undefined && { name }) };
  });
  for (const [name, value] of said) {
    if (!isKnownName(labelValues, name)) labelValues.set(name, take(plainName(name), value));
  }
  return { values, labelValues, needsNames: needsNames.toSorted((a, b) => a - b) };
}

function isKnownName(names: ReadonlyMap<string, number>, name: string): boolean {
  return [...names.keys()].some((each) => plainName(each) === plainName(name));
}
