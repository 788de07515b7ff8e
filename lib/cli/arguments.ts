import { statSync } from 'node:fs';
import path from 'node:path';
import { LabelError } from '../errors.js';

export function existingFolder(option: string, given: string | undefined): string {
  if (given === undefined) throw new LabelError('INVALID_INPUT', `${option} is missing`);
  const folder = path.resolve(given);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new LabelError('INVALID_INPUT', `${option} names ${folder}, which is not a folder`);
  }
  return folder;
}

/** The words of `--conf`: ["models", "a", "labels", "x,y"] → { models: "a", labels: "x,y" }; the last of equal keys counts. */
export function pairs(words: readonly string[]): Record<string, string> {
  if (words.length % 2 !== 0) {
    throw new LabelError('INVALID_INPUT', `--conf takes a key and a value; "${words.at(-1)}" has no value`);
  }
  const keys = words.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(keys.map((key, index) => [key, words[2 * index + 1]!]));
}
