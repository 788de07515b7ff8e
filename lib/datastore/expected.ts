/** Whether the file that a write would replace is still the one that its author knew. */

import { LabelError } from '../errors.js';
import { stampOf } from '../files/stamp.js';
import { versionOf, type Expected, type Info, type LabelEntry, type Replaced } from './datastore.js';

/** Throws CONFLICT. `what` is the subject of its sentence: "The final label of spleen_10". */
export function checkExpected(what: string, known: LabelEntry | undefined, { version }: Expected): void {
  if (version === undefined) return;
  if (known === undefined) {
    if (version !== null) throw new LabelError('CONFLICT', `${what} has been deleted in the meantime`);
    return;
  }
  if (versionOf(known) === version) return;
  const already = version === null ? 'is there already: it ' : '';
  throw new LabelError('CONFLICT', `${what} ${already}was ${byWhom(known.info)}${when(known.info)}`);
}

/** Returns the stamp of an image's file. Throws CONFLICT (412) where it is another one than was expected. */
export async function requireImage(id: string, path: string, expected: string | undefined): Promise<string> {
  const stamp = await stampOf(path);
  if (stamp === undefined) throw new LabelError('NOT_FOUND', `The file of the image ${id} is away`);
  if (expected === undefined || expected === stamp) return stamp;
  throw new LabelError('CONFLICT', `The image ${id} has been replaced since the label was begun`, { status: 412 });
}

export function replacedBy(entry: LabelEntry): Replaced {
  const { client_id, ts } = entry.info;
  return {
    version: versionOf(entry),
    ...(client_id !== undefined && { client_id }),
    ...(ts !== undefined && { ts }),
  };
}

function byWhom({ client_id }: Info): string {
  return typeof client_id === 'string' && client_id !== '' ? `submitted by ${client_id}` : 'stored';
}

function when({ ts }: Info): string {
  return typeof ts === 'number' ? ` at ${new Date(ts * 1000).toISOString().replace('.000Z', 'Z')}` : '';
}
