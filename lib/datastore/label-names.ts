import { z } from 'zod';
import type { Info } from './datastore.js';

const labelValues = z.record(z.string(), z.number().int());
const labelInfo = z.array(z.looseObject({ name: z.string() }));

/**
 * What the values of a submitted label mean, by value. `label_values` ({ "spleen": 1 }) says it outright. Slicer sends
 * `label_info`, a list of segments whose positions, from 1, are the values in its file; its `idx` counts segments that
 * were not exported and is of no use. Empty when nothing was said.
 */
export function labelNames(info: Info): ReadonlyMap<number, string> {
  const values = labelValues.safeParse(info['label_values']);
  if (values.success) return new Map(Object.entries(values.data).map(([name, value]) => [value, name]));
  const segments = labelInfo.safeParse(info['label_info']);
  if (segments.success) return new Map(segments.data.map(({ name }, position) => [position + 1, name]));
  return new Map();
}
