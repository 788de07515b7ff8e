import { z } from 'zod';
import type { App, Params } from '../../app/app.js';
import { LabelError } from '../../errors.js';
import type { Task } from '../../jobs/task.js';
import { defineRoute } from '../route.js';
import { paramsBody, queryFlag } from '../schemas.js';

const runSync = queryFlag('Answer when the training has ended, with its statistics');

export const trainRoutes = [
  defineRoute({
    method: 'get',
    url: '/train',
    tag: 'Train',
    summary: 'The latest training task; all of them; or the running one, 404 when none runs',
    query: z.object({
      all: queryFlag('All tasks of this server, oldest first'),
      check_if_running: queryFlag('Only the running one'),
    }),
    handle({ query, services }) {
      const { jobs } = services.app;
      if (query.check_if_running) {
        return found(jobs.running('train'), 'No Train Tasks are currently Running');
      }
      return query.all ? Promise.resolve(jobs.all('train')) : found(jobs.latest('train'), 'No Train Tasks Found');
    },
  }),
  defineRoute({
    method: 'post',
    url: '/train',
    tag: 'Train',
    summary: 'Trains every model that can be, one after the other; the body has parameters by model',
    query: z.object({ run_sync: runSync }),
    body: paramsBody,
    async handle({ query, body, services, signal }) {
      const answers: Record<string, { result: unknown; detail: string | null }> = {};
      for (const model of services.app.trainers) {
        answers[model] = await trainOne(services.app, model, paramsFor(model, body), query.run_sync, signal);
      }
      return answers;
    },
  }),
  defineRoute({
    method: 'post',
    url: '/train/:model',
    tag: 'Train',
    summary: 'Trains one model on the labelled images',
    path: z.object({ model: z.string() }),
    query: z.object({ run_sync: runSync, enqueue: queryFlag('Wait behind a running training') }),
    body: paramsBody,
    handle({ path, query, body, services, signal }) {
      if (query.run_sync) return services.app.trainNow(path.model, body, signal);
      return Promise.resolve(services.app.train(path.model, body, { enqueue: query.enqueue }));
    },
  }),
  defineRoute({
    method: 'delete',
    url: '/train',
    tag: 'Train',
    summary: 'Stops the running training; null when none runs',
    handle: async ({ services }) => (await services.app.jobs.stop('train')) ?? null,
  }),
];

function found(task: Task | undefined, message: string): Promise<Task> {
  if (task === undefined) throw new LabelError('NOT_FOUND', message);
  return Promise.resolve(task);
}

/** What was sent for one model lies beside what was sent for all, as MONAI Label merges them. */
function paramsFor(model: string, body: Params): Params {
  const own = body[model];
  return typeof own === 'object' && own !== null ? { ...(own as Params), ...body } : body;
}

async function trainOne(app: App, model: string, params: Params, runNow: boolean, signal: AbortSignal) {
  try {
    const result = runNow ? await app.trainNow(model, params, signal) : app.train(model, params, { enqueue: true });
    return { result, detail: null };
  } catch (error) {
    if (error instanceof LabelError && error.status < 500) return { result: null, detail: error.message };
    throw error;
  }
}
