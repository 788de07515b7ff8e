import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * When a process of this computer began, as a text that no later process of that number has, also after a restart of
 * the computer. Null when there is no such process, or the system does not tell.
 */
export async function processStart(pid: number): Promise<string | null> {
  try {
    if (process.platform !== 'linux') {
      return (await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)])).stdout.trim() || null;
    }
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // Behind the name in brackets, which may hold anything, the 22nd field is the 20th: clock ticks since the boot.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
    return `${boot.trim()} ${ticks}`;
  } catch {
    return null;
  }
}
