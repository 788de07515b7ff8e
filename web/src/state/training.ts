/** Starting, watching and stopping trainings, and noticing that a model has become better. */

import { computed, effect } from '@preact/signals-core';
import {
  latestTraining,
  startTraining,
  stopTraining,
  type EpochStats,
  type ServerInfo,
  type TrainStats,
} from '../api/server.js';
import { clientId } from './cases.js';
import { report } from './messages.js';
import { askNow } from './server.js';
import { connection, history, info, newModel, openCase, trainer, training, type EpochPoint } from './store.js';

type Stats = TrainStats & { readonly history?: readonly EpochStats[] };

export const isTraining = computed(() => ['RUNNING', 'SUBMITTED'].includes(training.value?.status ?? ''));

/** What the latest training is about, or else the chosen trainer. */
export const trainedModel = computed(() => {
  const asked = training.value?.request['model'];
  return typeof asked === 'string' ? asked : trainer.value;
});

/** Of its latest run. */
export const stats = computed<Stats | undefined>(() => {
  const found = info.value?.train_stats[trainedModel.value];
  return found !== undefined && hasRun(found) ? found : undefined;
});

/** Seconds, undefined before the first epoch. */
export const secondsLeft = computed(() => {
  const now = stats.value;
  if (!isTraining.value || now === undefined || !isOfThisRun(now) || now.epoch === 0) return undefined;
  return ((Date.now() / 1000 - now.start_ts) / now.epoch) * (now.total_epochs - now.epoch);
});

/** Call once. */
export function watchTrainings(): void {
  let published = new Map<string, string>();
  effect(() => {
    if (info.value === undefined || connection.value !== 'online') return;
    void refreshTask();
    const marks = new Map(Object.keys(info.value.models).map((name) => [name, publicationMark(name)]));
    const renewed = [...marks].find(
      ([name, mark]) => published.has(name) && mark !== '' && mark !== published.get(name),
    );
    if (renewed !== undefined && openCase.peek() !== undefined) newModel.value = renewed[0];
    published = marks;
  });
  effect(() => {
    const now = stats.value;
    if (now?.history !== undefined) history.value = now.history.map(pointOf);
    else if (now !== undefined) history.value = withEpoch(history.peek(), now);
  });
}

export async function train(params: Readonly<Record<string, unknown>>): Promise<void> {
  try {
    history.value = [];
    training.value = await startTraining(trainer.value, { ...params, client_id: clientId() });
    await askNow();
  } catch (error) {
    report('No training started', error);
  }
}

export async function stop(): Promise<void> {
  try {
    await stopTraining();
    await refreshTask();
  } catch (error) {
    report('The training could not be stopped', error, () => void stop());
  }
}

async function refreshTask(): Promise<void> {
  try {
    training.value = await latestTraining();
  } catch {
    // The next question to the server says that it is away.
  }
}

/** Changes when new weights of a model go live. Older servers do not say; there a better epoch stands for it. */
function publicationMark(name: string): string {
  const { models, train_stats: all } = info.value!;
  const weights = models[name]?.weights;
  if (weights !== undefined) return weights.published ?? '';
  const found = all[name];
  if (found === undefined || !hasRun(found)) return '';
  const best = (found.eval ?? found.train).best_metric_epoch;
  return best === 0 ? '' : `${found.start_ts} ${best}`;
}

/** Before its first training a trainer has no statistics: {}. */
function hasRun(found: ServerInfo['train_stats'][string]): found is Stats {
  return 'epoch' in found;
}

/** The statistics of an earlier run lie there until the first epoch of a new one ends. */
function isOfThisRun({ start_ts: start }: Stats): boolean {
  const task = training.value;
  return task !== undefined && start >= new Date(task.start_ts.replace(' ', 'T')).getTime() / 1000 - 2;
}

/** Where the server tells of the latest epoch alone, the page gathers them. */
function withEpoch(known: readonly EpochPoint[], { epoch, train: part, eval: validation }: Stats): EpochPoint[] {
  if (epoch === 0) return [];
  const earlier = known.filter((point) => point.epoch < epoch);
  return [...earlier, pointOf({ ...part.metrics, ...validation?.metrics, epoch })];
}

/** Dice on the validation cases where there are some. */
function pointOf(metrics: EpochStats): EpochPoint {
  const find = (pattern: RegExp): number | undefined =>
    Object.entries(metrics).find(([name]) => pattern.test(name))?.[1];
  return { epoch: metrics.epoch, loss: find(/loss/), dice: find(/^val.*dice/) ?? find(/dice/) };
}
