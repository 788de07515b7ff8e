import type { Spec, SpecKind } from '../engine/types.js';

/** For what has no builder here: `spec('transform', 'ThresholdIntensityd', { keys: 'image', threshold: 10 })`. */
export function spec<Kind extends SpecKind>(_kind: Kind, name: string, args: object = {}): Spec<Kind> {
  return { name, ...args } as Spec<Kind>;
}
