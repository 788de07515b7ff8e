import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, writeFileAtomically } from '../../files/atomic.js';

/** A name of its own for the folder, by which pages know one from another that the same address served before. */
export async function identityOf(ours: string): Promise<string> {
  const path = join(ours, 'id');
  try {
    const known = (await readFile(path, 'utf8')).trim();
    if (known !== '') return known;
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  const id = randomUUID();
  await writeFileAtomically(path, `${id}\n`);
  return id;
}
