/** Where lines for people go; a pino logger is one. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
