import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';

const maxFileBytes = 10 * 2 ** 20;
const olderFilesKept = 10;
const maxWaitingLines = 1000;

/** A file that starts anew at 10 MiB; ten older ones are kept. */
export class LogFile {
  /** What could not be written yet, such as while the disk is full. The first may be the rest of a line. */
  readonly #waiting: Buffer[] = [];
  #lost = 0;

  constructor(private readonly file: string) {}

  /** Throws when the file cannot be written; the line then waits for one of the next calls. */
  write(line: string): void {
    const missing = this.#lost === 0 ? '' : `(${this.#lost} lines are missing here: the file could not be written)\n`;
    this.#waiting.push(Buffer.from(missing + line));
    try {
      mkdirSync(path.dirname(this.file), { recursive: true });
      this.#startAnew();
    } finally {
      // Even if the old file cannot be moved away: too large a log is better than none.
      this.#append();
    }
  }

  #startAnew(): void {
    const size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    if (size > maxFileBytes) shiftOlder(this.file);
  }

  /** Opens the file each time, so that nothing has to be mended after a failure, nor after somebody moved the file. */
  #append(): void {
    try {
      const opened = openSync(this.file, 'a');
      try {
        this.#writeWaiting(opened);
      } finally {
        closeSync(opened);
      }
    } finally {
      if (this.#waiting.length > maxWaitingLines) {
        this.#waiting.pop();
        this.#lost += 1;
      } else {
        this.#lost = 0;
      }
    }
  }

  #writeWaiting(opened: number): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const written = writeSync(opened, next);
      if (written < next.length) this.#waiting[0] = next.subarray(written);
      else this.#waiting.shift();
    }
  }
}

/** app.log.9 → app.log.10, …, app.log → app.log.1. */
function shiftOlder(file: string): void {
  // First, so that the older ones stay where they are each time this fails.
  renameSync(file, `${file}.0`);
  for (let age = olderFilesKept - 1; age >= 0; age -= 1) {
    const from = `${file}.${age}`;
    if (existsSync(from)) renameSync(from, `${file}.${age + 1}`);
  }
}
