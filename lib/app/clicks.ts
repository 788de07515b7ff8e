/** Where a person clicked, as interactive models are told (rest-contract 6.4): voxel indices [i, j, k] of the file. */

import { z } from 'zod';
import type { Click } from '../engine/types.js';
import { LabelError } from '../errors.js';
import type { Params } from './app.js';
import { foreground } from './labels.js';
import type { Labels } from './model.js';

const points = z.array(z.tuple([z.number(), z.number(), z.number()])).max(10_000);

/**
 * The clicks in the parameters of a request: a list under the name of each label and under "background" (DeepEdit), or
 * under "foreground" for the label that `label` names, the first one when it names none (Deepgrow, OHIF).
 * Throws INVALID_INPUT.
 */
export function clicksOf(params: Params, labels: Labels): Click[] {
  const names = foreground(labels).map(([name]) => name);
  const chosen = names.findIndex((name) => name === params['label']);
  const classes = new Map<string, number>([
    ['background', 0],
    ['foreground', Math.max(chosen, 0) + 1],
    ...names.map((name, position) => [name, position + 1] as const),
  ]);
  return [...classes].flatMap(([name, label]) => pointsUnder(name, params).map((index) => ({ index, label })));
}

function pointsUnder(name: string, params: Params): z.output<typeof points> {
  const given = params[name];
  if (given === undefined || given === null) return [];
  const parsed = points.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new LabelError('INVALID_INPUT', `${name}: must be a list of voxel indices [i, j, k]`);
}
