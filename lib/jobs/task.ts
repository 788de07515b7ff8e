export type TaskStatus = 'SUBMITTED' | 'RUNNING' | 'DONE' | 'ERROR' | 'STOPPED';

/** A background job as clients see it (rest-contract 7), keys in the order of the wire. */
export interface Task {
  readonly id: string;
  readonly status: TaskStatus;
  readonly request: Readonly<Record<string, unknown>>;
  /** Local time, "2026-11-23 07:24:23". */
  readonly start_ts: string;
  /** The last lines that the job said; absent before it runs, never empty once it has ended. */
  readonly details?: readonly string[];
  readonly end_ts?: string;
}

/** Local time as clients expect it in a task: "YYYY-MM-DD HH:MM:SS". */
export function taskTime(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
