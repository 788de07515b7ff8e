import { first } from './first.js';
import { last } from './last.js';
import { random } from './random.js';
import type { Strategy } from './strategy.js';

/** The strategies that every app has, in the order in which clients list them. */
export const strategies: Readonly<Record<string, Strategy>> = { random, first, last };
