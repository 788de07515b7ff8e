import type { Context } from 'koa';
import { LabelError } from '../errors.js';
import type { Expected } from '../datastore/datastore.js';

/** What a client says of the file that its own would replace. `If-Match: "<version>"`: replace only this one; `If-None-Match: *`: replace none. */
export function expectedBy(ctx: Context): Expected {
  if (ctx.get('If-None-Match').trim() === '*') return { version: null };
  const given = ctx.get('If-Match').trim();
  if (given === '') return {};
  const version = /^(?:W\/)?"([^"]+)"$/.exec(given)?.[1];
  // Not understood must not mean without a condition.
  if (version === undefined) throw new LabelError('INVALID_INPUT', 'If-Match must be one version in quotation marks');
  return { version };
}
