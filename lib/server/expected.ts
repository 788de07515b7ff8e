import type { Context } from 'koa';
import type { Expected } from '../datastore/datastore.js';

/** What a client says of the file that its own would replace. `If-Match: "<version>"`: replace only this one; `If-None-Match: *`: replace none. */
export function expectedBy(ctx: Context): Expected {
  if (ctx.get('If-None-Match').trim() === '*') return { version: null };
  const version = /^"(.*)"$/.exec(ctx.get('If-Match').trim())?.[1];
  return version === undefined ? {} : { version };
}
