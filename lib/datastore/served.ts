/** Who was given an image when: `info.strategy`, by name of the strategy, as MONAI Label keeps it. */

import { z } from 'zod';
import type { Info } from './datastore.js';

const servedSchema = z.record(z.string(), z.looseObject({ ts: z.number(), client_id: z.unknown() }));

/** So long an image counts as being worked on by the person who was given it. */
const secondsAtWork = 600;

/** Info with the mark that a strategy gave the image to a person; the marks of other strategies stay. */
export function withServed(info: Info, strategy: string, clientId: string, now: number): Info {
  const others = z.record(z.string(), z.unknown()).safeParse(info['strategy']);
  return { ...info, strategy: { ...others.data, [strategy]: { ts: now, client_id: clientId } } };
}

/** Whether somebody else is likely to be at work on the image. */
export function isTaken(info: Info, clientId: string, now: number): boolean {
  const served = servedSchema.safeParse(info['strategy']);
  if (!served.success) return false;
  return Object.values(served.data).some(({ ts, client_id }) => client_id !== clientId && now - ts < secondsAtWork);
}
