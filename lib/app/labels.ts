/** Names of labels, their values in files and their classes of a network. */

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

/** Two spellings of a name are one: people type "Left Kidney" for "left_kidney". */
export function plainName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ');
}
