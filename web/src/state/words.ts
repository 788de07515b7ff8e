/** Pieces of sentences that several messages have. */

import type { LabelVersion } from '../api/types.js';

/** "08:43", with the day where it was another one. */
export function timeOf(when: Date): string {
  const time = when.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const isToday = when.toDateString() === new Date().toDateString();
  return isToday ? time : `${when.toLocaleDateString()}, ${time}`;
}

/** "Dr C stored a label of case_03 at 08:43" */
export function whoStored(id: string, { who = 'Somebody', when }: LabelVersion): string {
  return `${who} stored a label of ${id}${when === undefined ? '' : ` at ${timeOf(when)}`}`;
}

/** "label 7, label 9" */
export function listed(values: readonly number[]): string {
  return values.map((value) => `label ${value}`).join(', ');
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
