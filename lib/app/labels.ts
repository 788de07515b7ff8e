/** From names of labels to values in files and classes of a network. */

import type { LabelledCase } from '../datastore/datastore.js';
import { labelNames } from '../datastore/label-names.js';
import type { Labels } from './model.js';

/**
 * Foreground labels in the order of their values: the class of a label is its position from 1, which is also its value
 * in result files (0 is background). Clients read names and values in that order.
 */
export function foreground(labels: Labels): [name: string, value: number][] {
  return Object.entries(labels)
    .filter(([, value]) => value > 0)
    .sort(([, a], [, b]) => a - b);
}

/**
 * Value in a submitted label file → class. Where the client said what the values mean, by name; values of other labels
 * are background. Where it said nothing, the values are taken to be those of the app's labels.
 * Undefined when the case names none of the labels: it cannot teach anything about them.
 */
export function labelValues(submitted: LabelledCase, labels: Labels): Record<string, number> | undefined {
  const known = foreground(labels);
  const names = labelNames(submitted.info);
  if (names.size === 0) {
    return Object.fromEntries(known.map(([, value], position) => [String(value), position + 1]));
  }
  const classes = new Map(known.map(([name], position) => [plain(name), position + 1]));
  const values = [...names].flatMap(([value, name]) => {
    const asClass = classes.get(plain(name));
    return asClass === undefined ? [] : [[String(value), asClass] as const];
  });
  return values.length === 0 ? undefined : Object.fromEntries(values);
}

/** People type "Spleen" for "spleen". */
function plain(name: string): string {
  return name.trim().toLowerCase();
}
