/** Background jobs: one running at a time of each kind, a short history, kept in memory. */

import { randomUUID } from 'node:crypto';
import { LabelError } from '../errors.js';
import { taskTime, type Task, type TaskStatus } from './task.js';

/** What a job is given: it stops soon after `signal` is aborted, and says what it does line by line. */
export interface JobControl {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface SubmitOptions {
  /** Wait behind a running job of the same kind instead of being refused. */
  readonly enqueue?: boolean;
}

export interface Submitted<Result> {
  readonly task: Task;
  /** What the job returned; rejects with what it threw, or with CANCELLED. */
  readonly result: Promise<Result>;
}

/** How many lines a task keeps, and how many ended tasks of a kind are remembered. */
const detailLines = 20;
const historyLength = 100;
/** How many jobs of a kind may wait. */
const queueLength = 100;
/** Characters of JSON: requests are remembered with their jobs. */
const longestRequest = 2 ** 16;

interface Job {
  readonly id: string;
  readonly kind: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly abort: AbortController;
  readonly start: () => Promise<void>;
  readonly drop: () => void;
  status: TaskStatus;
  startTime: string;
  endTime?: string;
  details?: string[];
  ended: Promise<void>;
}

export class Jobs {
  /** By kind, in the order of submission. */
  readonly #jobs = new Map<string, Job[]>();
  #closed = false;

  /** Starts a job, or queues it. Throws (status 429) when one of its kind runs and `enqueue` is not set, or too many wait; TOO_LARGE. */
  submit<Result>(
    kind: string,
    request: Readonly<Record<string, unknown>>,
    run: (control: JobControl) => Promise<Result>,
    options: SubmitOptions = {},
  ): Submitted<Result> {
    if (this.#closed) throw new LabelError('CANCELLED', 'The server is shutting down');
    const jobs = this.#jobs.get(kind) ?? [];
    this.#jobs.set(kind, jobs);
    if (options.enqueue !== true && jobs.some(isUnfinished)) {
      throw new LabelError('INVALID_INPUT', `++++++++++ ${title(kind)} Task is Already Running`, { status: 429 });
    }
    if (jobs.filter(isUnfinished).length > queueLength) {
      const message = `${queueLength} jobs of this kind are waiting: try again when some have ended`;
      throw new LabelError('INVALID_INPUT', message, { status: 429 });
    }

    if (JSON.stringify(request).length > longestRequest) {
      throw new LabelError('TOO_LARGE', `The request of a job must not be longer than ${longestRequest} characters`);
    }

    const { promise, resolve, reject } = withResolvers<Result>();
    promise.catch(() => {}); // whoever only watches the task does not listen to the result
    const job: Job = {
      id: randomUUID(),
      kind,
      request,
      abort: new AbortController(),
      status: 'SUBMITTED',
      startTime: taskTime(new Date()),
      ended: Promise.resolve(),
      start: async () => {
        const say = (line: string): void => addDetail(job, line);
        try {
          const result = await run({ signal: job.abort.signal, say });
          end(job, 'DONE', 'Done');
          resolve(result);
        } catch (error) {
          if (job.abort.signal.aborted) end(job, 'STOPPED', 'Stopped');
          else end(job, 'ERROR', error instanceof Error ? error.message : String(error));
          reject(error);
        }
      },
      drop: () => {
        end(job, 'STOPPED', 'Stopped before it started');
        reject(new LabelError('CANCELLED', 'The job was stopped before it started'));
      },
    };
    jobs.push(job);
    const task = toTask(job);
    this.#startNext(kind);
    return { task, result: promise };
  }

  /** All that are remembered, oldest first. */
  all(kind: string): Task[] {
    return (this.#jobs.get(kind) ?? []).map(toTask);
  }

  /** The one submitted last. */
  latest(kind: string): Task | undefined {
    const job = this.#jobs.get(kind)?.at(-1);
    return job && toTask(job);
  }

  running(kind: string): Task | undefined {
    const job = this.#jobs.get(kind)?.find(isRunning);
    return job && toTask(job);
  }

  /**
   * Stops the running job of a kind, or the one named by `id`, running or queued, and waits until it has stopped.
   * Returns its task, or undefined when there is nothing to stop. Queued jobs go on.
   */
  async stop(kind: string, id?: string): Promise<Task | undefined> {
    const jobs = this.#jobs.get(kind) ?? [];
    const job = id === undefined ? jobs.find(isRunning) : jobs.find((each) => each.id === id && isUnfinished(each));
    if (job === undefined) return undefined;
    await stopJob(job);
    return toTask(job);
  }

  /** Stops everything, running and queued, and waits for it. Nothing can be submitted afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    const unfinished = [...this.#jobs.values()].flat().filter(isUnfinished);
    for (const job of unfinished.filter((each) => !isRunning(each))) job.drop();
    await Promise.all(unfinished.filter(isRunning).map(stopJob));
  }

  #startNext(kind: string): void {
    const jobs = this.#jobs.get(kind) ?? [];
    forgetOld(jobs);
    if (jobs.some(isRunning)) return;
    const next = jobs.find(isUnfinished);
    if (next === undefined) return;
    next.status = 'RUNNING';
    next.details = [];
    next.ended = next.start().then(() => this.#startNext(kind));
  }
}

async function stopJob(job: Job): Promise<void> {
  if (!isRunning(job)) return job.drop();
  job.abort.abort(new LabelError('CANCELLED', 'The job was stopped'));
  await job.ended;
}

function end(job: Job, status: TaskStatus, lastLine: string): void {
  addDetail(job, lastLine);
  job.status = status;
  job.endTime = taskTime(new Date());
}

function addDetail(job: Job, line: string): void {
  job.details = [...(job.details ?? []), line].slice(-detailLines);
}

function forgetOld(jobs: Job[]): void {
  while (jobs.length > historyLength && !isUnfinished(jobs[0]!)) jobs.shift();
}

function isRunning(job: Job): boolean {
  return job.status === 'RUNNING';
}

function isUnfinished(job: Job): boolean {
  return job.status === 'RUNNING' || job.status === 'SUBMITTED';
}

function toTask(job: Job): Task {
  return {
    id: job.id,
    status: job.status,
    request: job.request,
    start_ts: job.startTime,
    ...(job.details && { details: [...job.details] }),
    ...(job.endTime !== undefined && { end_ts: job.endTime }),
  };
}

/** "batch_infer" → "Batch_infer", as the messages of MONAI Label spell it. */
function title(kind: string): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
