import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { destination, pino, type DestinationStream } from 'pino';
import type { Log } from '../log.js';

const pinoLevels = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error' } as const;

export type LogLevel = keyof typeof pinoLevels;

export const logLevels = Object.keys(pinoLevels) as LogLevel[];

const maxFileBytes = 10 * 2 ** 20;
const olderFilesKept = 10;

/** Lines for people, to stderr and to a file that starts anew at 10 MiB; ten older ones are kept. */
export function openLog(file: string, level: LogLevel): Log {
  mkdirSync(path.dirname(file), { recursive: true });
  const lines = rotatingFile(file);
  const write = (record: string): void => {
    const line = toLine(record);
    process.stderr.write(line);
    lines.write(line);
  };
  return pino({ level: pinoLevels[level], base: null }, { write });
}

function toLine(record: string): string {
  const { level, time, msg } = JSON.parse(record) as { level: number; time: number; msg: string };
  const name = level >= 50 ? 'ERROR' : level >= 40 ? 'WARNING' : level >= 30 ? 'INFO' : 'DEBUG';
  return `[${new Date(time).toISOString()}] ${name} ${msg}\n`;
}

function rotatingFile(file: string): DestinationStream {
  let bytes = existsSync(file) ? statSync(file).size : 0;
  const out = destination({ dest: file, sync: true });
  return {
    write(line) {
      if (bytes > maxFileBytes) {
        shiftOlder(file);
        out.reopen();
        bytes = 0;
      }
      out.write(line);
      bytes += Buffer.byteLength(line);
    },
  };
}

/** app.log.9 → app.log.10, …, app.log → app.log.1. */
function shiftOlder(file: string): void {
  for (let age = olderFilesKept - 1; age >= 0; age -= 1) {
    const from = age === 0 ? file : `${file}.${age}`;
    if (existsSync(from)) renameSync(from, `${file}.${age + 1}`);
  }
}
