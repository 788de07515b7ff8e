import { lastServed, type Strategy } from './strategy.js';

/**
 * Draws with weights: the seconds since this strategy last served the image, so that several people seldom get the same
 * one. An image never served waits since 1970. The answer says the weight of the image drawn.
 */
export const random: Strategy = {
  description: 'Random Strategy',
  choose: (context) => {
    const { candidates, now } = context;
    const weights = candidates.map((id) => Math.max(0, now - lastServed(context, id)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const index = total > 0 ? draw(weights, context.random() * total) : Math.floor(context.random() * weights.length);
    return { id: candidates[index]!, weight: weights[index]! };
  },
};

/** The index at which the running sum of the weights passes `point`; never one of weight 0. */
function draw(weights: readonly number[], point: number): number {
  let sum = 0;
  const index = weights.findIndex((weight) => (sum += weight) > point);
  return index >= 0 ? index : weights.findLastIndex((weight) => weight > 0);
}
