import type { Spec, SpecKind } from '../engine/types.js';

/** For what has no builder here: `spec('transform', 'StdShiftIntensityd', { keys: 'image', factor: 2 })`. */
export function spec<Kind extends SpecKind>(_kind: Kind, name: string, args: object = {}): Spec<Kind> {
  return { name, ...args } as Spec<Kind>;
}
