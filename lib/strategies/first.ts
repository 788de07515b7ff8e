import type { Strategy } from './strategy.js';

/** The smallest id in the order of its characters. */
export const first: Strategy = {
  description: 'Get First Sample',
  choose: ({ candidates }) => ({ id: [...candidates].sort()[0]! }),
};
