import { open } from 'node:fs/promises';
import { LabelError } from '../errors.js';

const blockBytes = 64 * 1024;

/** The last `lines` lines of a text file, all of it for 0. Throws NOT_FOUND with the name a client may see. */
export async function lastLines(file: string, lines: number, name: string): Promise<string> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new LabelError('NOT_FOUND', `Log File ${name} NOT Found`, { cause: error });
  });
  try {
    let start = (await handle.stat()).size;
    const blocks: Buffer[] = [];
    let breaks = 0;
    while (start > 0 && (lines === 0 || breaks <= lines)) {
      const length = Math.min(blockBytes, start);
      start -= length;
      const { buffer } = await handle.read(Buffer.alloc(length), 0, length, start);
      blocks.unshift(buffer);
      breaks += buffer.reduce((count, byte) => count + Number(byte === 10), 0);
    }
    const text = Buffer.concat(blocks).toString('utf8');
    return lines === 0
      ? text
      : text
          .split('\n')
          .slice(-lines - 1)
          .join('\n');
  } finally {
    await handle.close();
  }
}
