import { stat } from 'node:fs/promises';
import type { Context } from 'koa';
import { LabelError } from '../errors.js';
import type { Datastore, Expected } from '../datastore/datastore.js';
import { entityTag } from './send-file.js';

/** Throws CONFLICT (412) unless the image is the file of which a client was sent this ETag; without one it may be any. */
export async function requireImage(datastore: Datastore, id: string, etag: string | undefined): Promise<void> {
  if (etag === undefined || etag === entityTag(await stat(datastore.imagePath(id)))) return;
  const message = `The image ${id} has been replaced since the label was begun`;
  throw new LabelError('CONFLICT', message, { status: 412 });
}

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
