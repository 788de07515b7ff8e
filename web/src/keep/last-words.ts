/**
 * What a page writes when it is about to go. A browser may drop what IndexedDB was asked at that moment; localStorage is
 * written before the call returns, but has room for a few megabytes only, so runs of equal voxels are written.
 */

import { upgraded, type Draft, type OldDraft, type Slices } from './draft.js';

const prefix = 'last words of ';

/** Runs of equal voxels: value, count, value, count, … */
type Runs = readonly number[];

type Written<Kept extends { savedAt: Date }> = Omit<Kept, 'savedAt'> & { readonly savedAt: string };

interface Stored {
  readonly draft: Written<Draft> | Written<OldDraft>;
  readonly slices: readonly (readonly [z: number, runs: Runs])[];
}

/** Throws where the browser has no room for them. */
export function keepLastWords(draft: Draft, slices: Slices): void {
  const stored = { draft, slices: Array.from(slices, ([z, bytes]) => [z, runsOf(bytes)]) };
  localStorage.setItem(prefix + draft.key, JSON.stringify(stored));
}

/** Of all drafts, as earlier pages left them. */
export function allLastWords(): { draft: Draft; slices: Slices }[] {
  const keys = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '');
  return keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const { draft: written, slices } = JSON.parse(localStorage.getItem(key)!) as Stored;
      const savedAt = new Date(written.savedAt);
      const draft = 'key' in written ? { ...written, savedAt } : upgraded({ ...written, savedAt });
      const length = draft.size[0] * draft.size[1];
      return { draft, slices: new Map(slices.map(([z, runs]) => [z, voxelsOf(runs, length)])) };
    });
}

export function forgetLastWords(key: string): void {
  localStorage.removeItem(prefix + key);
}

function runsOf(bytes: Uint8Array): Runs {
  const runs: number[] = [];
  for (let from = 0; from < bytes.length;) {
    let to = from + 1;
    while (to < bytes.length && bytes[to] === bytes[from]) to++;
    runs.push(bytes[from]!, to - from);
    from = to;
  }
  return runs;
}

function voxelsOf(runs: Runs, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let index = 0, at = 0; index < runs.length; at += runs[index + 1]!, index += 2) {
    bytes.fill(runs[index]!, at, at + runs[index + 1]!);
  }
  return bytes;
}
