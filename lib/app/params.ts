/** Reading the free parameters of a request. */

import { z } from 'zod';
import { LabelError } from '../errors.js';
import { Float } from '../float.js';
import type { Params } from './app.js';

/** true, "true", 1, "yes", … */
export const flag = z.preprocess((value) => (typeof value === 'string' ? value : String(value)), z.stringbool());

/** A number, also as text. */
export const number = z.preprocess((value) => (typeof value === 'string' ? Number(value) : value), z.number());

export const wholeNumber = number.refine(Number.isSafeInteger, 'must be a whole number');

export function wholeNumberFrom(least: number, most = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`;
  return wholeNumber.refine((value) => value >= least && value <= most, `must be ${range}`);
}

/**
 * Reads the fields of `schema` from what a client sent: a list of choices means its first entry, null means that nothing
 * was said and the default counts. Throws INVALID_INPUT that names the first field at fault.
 */
export function parseParams<Schema extends z.ZodObject>(
  schema: Schema,
  params: Params,
  defaults: Params = {},
): z.output<Schema> {
  const said: Record<string, unknown> = {};
  for (const key of Object.keys(schema.shape)) {
    const value = firstEntry(params[key]) ?? firstEntry(defaults[key]);
    if (value !== undefined && value !== null) said[key] = value;
  }
  const parsed = schema.safeParse(said);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LabelError('INVALID_INPUT', `${issue?.path.join('.') ?? 'params'}: ${issue?.message ?? 'invalid'}`);
}

function firstEntry(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  return Array.isArray(value) ? (value as unknown[])[0] : value;
}
