/** How the next image to label is chosen. To add one: a file beside this one and a line in registry.ts, or in an app. */

import type { Datastore } from '../datastore/datastore.js';

export interface StrategyContext {
  /** The name under which the strategy was asked for. */
  readonly name: string;
  /** Ids of the images without a final label, at least one, in the order of the datastore. */
  readonly candidates: readonly string[];
  readonly datastore: Datastore;
  /** What the client sent. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Seconds since 1970. */
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** The id of a candidate, and whatever else the client should see beside it. */
export interface Choice {
  readonly id: string;
  readonly [extra: string]: unknown;
}

export interface Strategy {
  readonly description: string;
  readonly choose: (context: StrategyContext) => Choice | Promise<Choice>;
}

/** When the strategy last served an image, in seconds since 1970; 0 when it never did. */
export function lastServed(context: StrategyContext, id: string): number {
  const served = context.datastore.image(id).info['strategy'];
  if (!isObject(served)) return 0;
  const mine = served[context.name];
  return isObject(mine) && typeof mine['ts'] === 'number' ? mine['ts'] : 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
