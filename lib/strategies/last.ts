import type { Strategy } from './strategy.js';

/** The largest id in the order of its characters. */
export const last: Strategy = {
  description: 'Get Last Sample',
  choose: ({ candidates }) => ({ id: [...candidates].sort().at(-1)! }),
};
