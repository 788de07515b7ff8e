import { pino } from 'pino';
import type { Log } from '../log.js';
import { LogFile } from './log-file.js';

const pinoLevels = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error' } as const;

export type LogLevel = keyof typeof pinoLevels;

export const logLevels = Object.keys(pinoLevels) as LogLevel[];

/**
 * Lines for people, to stderr and to a file. Never throws, for what is logged matters less than what is being done:
 * each goes on without the other while it cannot be written.
 */
export function openLog(file: string, level: LogLevel): Log {
  // Without a listener, a closed pipe ends the process.
  process.stderr.off('error', ignore).on('error', ignore);
  const lines = new LogFile(file);
  let isFailing = false;
  const write = (record: string): void => {
    const line = toLine(record);
    process.stderr.write(line);
    try {
      lines.write(line);
      isFailing = false;
    } catch (error) {
      if (!isFailing) process.stderr.write(lineOf(new Date(), 'ERROR', `${file} cannot be written: ${String(error)}`));
      isFailing = true;
    }
  };
  return pino({ level: pinoLevels[level], base: null }, { write });
}

function ignore(): void {}

function toLine(record: string): string {
  const { level, time, msg } = JSON.parse(record) as { level: number; time: number; msg: string };
  const name = level >= 50 ? 'ERROR' : level >= 40 ? 'WARNING' : level >= 30 ? 'INFO' : 'DEBUG';
  return lineOf(new Date(time), name, msg);
}

function lineOf(time: Date, level: LogLevel, message: string): string {
  return `[${time.toISOString()}] ${level} ${message}\n`;
}
