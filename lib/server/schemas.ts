/** Schemas that several routes share. */

import { z } from 'zod';
import { parseShallow } from './validation.js';

/** A yes or no in a query string, in FastAPI's spellings. */
export function queryFlag(description: string) {
  return z
    .stringbool({ truthy: ['true', '1', 'yes', 'on', 't', 'y'], falsy: ['false', '0', 'no', 'off', 'f', 'n'] })
    .default(false)
    .meta({ type: 'boolean', description });
}

/** Free parameters: the JSON body itself, or `{}` when there is none. */
export const paramsBody = z.record(z.string(), z.unknown()).default({});

/** A form field that holds a JSON object as text. */
export function jsonObjectField(description: string) {
  return z
    .string()
    .default('{}')
    .transform((text, issues) => {
      const value = parseObject(text);
      if (value !== undefined) return value;
      issues.addIssue({ code: 'custom', message: 'Input should be a JSON object', input: text });
      return z.NEVER;
    })
    .meta({ description });
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseShallow(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
