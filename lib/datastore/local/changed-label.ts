import { stat } from 'node:fs/promises';
import { without, type StoredLabel } from './catalogue.js';
import { stampOf } from '../../files/stamp.js';

/**
 * The entry of a label that is there, as its file says: one that somebody changed by hand is another label, of a version
 * that nobody knows; what its values mean is still the best guess.
 */
export async function asFound(entry: StoredLabel, path: string): Promise<StoredLabel> {
  const { ext, info, file: known } = entry;
  const file = known === undefined ? undefined : await stampOf(path);
  if (file === undefined || file === known) return { ext, info, ...(known !== undefined && { file: known }) };
  const ts = Math.floor((await stat(path)).mtimeMs / 1000);
  return { ext, info: { ...without(info, ['version', 'checked']), ts }, file };
}
