/**
 * What a write of a file is about to do: the file is placed and the catalogue is replaced one after the other, and a
 * process that dies in between leaves a label with the names of the one before. The next start ends such a write.
 */

import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { hasCode, writeFileAtomically } from '../../files/atomic.js';

const plannedSchema = z.object({
  id: z.string(),
  /** Of a label; absent for an image. */
  tag: z.string().optional(),
  entry: z.object({ ext: z.string(), info: z.record(z.string(), z.unknown()) }),
  /** Stamp of the new file: by it one sees whether it has been placed. */
  file: z.string(),
  /** Extension of the file to be removed at the end, where the new one has another. */
  previous: z.string().optional(),
});

export type PlannedWrite = z.output<typeof plannedSchema>;

export class Journal {
  constructor(private readonly path: string) {}

  write(planned: PlannedWrite): Promise<void> {
    return writeFileAtomically(this.path, JSON.stringify(planned));
  }

  clear(): Promise<void> {
    return rm(this.path, { force: true });
  }

  /** Undefined when no write was under way. */
  async read(): Promise<PlannedWrite | undefined> {
    try {
      return plannedSchema.parse(JSON.parse(await readFile(this.path, 'utf8')));
    } catch (error) {
      if (hasCode(error, 'ENOENT') || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
      throw error;
    }
  }
}
