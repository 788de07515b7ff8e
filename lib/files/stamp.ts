import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hasCode } from './atomic.js';

/** Size and time of a file: another one once its content has changed; its ETag, too. Undefined when there is no file. */
export async function stampOf(path: string): Promise<string | undefined> {
  try {
    return stampIn(await stat(path));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

export function stampIn({ size, mtimeMs }: Stats): string {
  return `${size}-${Math.round(mtimeMs)}`;
}
