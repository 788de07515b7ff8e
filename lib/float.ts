import { randomUUID } from 'node:crypto';

/**
 * A number that JSON shows as a float also when it is whole: 1.0, not 1. MONAI Label's clients choose the field in which
 * a person types by the JSON type, and would refuse 0.5 for a 1.
 */
export class Float {
  constructor(readonly value: number) {}
}

/** For an option of a model: `lamda: float(1)`. */
export function float(value: number): Float {
  return new Float(value);
}

/** Begins the text that stands for a Float until all is text; nobody outside this process can know it. */
const mark = `float-${randomUUID()}:`;
const marked = new RegExp(`"${mark}([^"]*)"`, 'g');

/** JSON text in which every Float has a decimal point. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_, each: unknown) => (each instanceof Float ? mark + each.value : each));
  return text.replace(marked, (_, digits: string) => (/^-?\d+$/.test(digits) ? `${digits}.0` : digits));
}
