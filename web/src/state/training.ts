/** Starting, watching and stopping trainings, and noticing that a model has been published anew. */

import { computed, effect, signal } from '@preact/signals-core';
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

/** What is known of the quality of the model in `newModel`: "validation Dice 0.83, before 0.79". */
export const newModelScores = signal('');

/** Call once. */
export function watchTrainings(): void {
  let published = new Map<string, string>();
  const live = new Map<string, number | undefined>();
  /** Of the weights that the person has worked with. */
  const known = new Map<string, number | undefined>();
  effect(() => {
    if (info.value === undefined || connection.value !== 'online') return;
    void refreshTask();
    const marks = new Map(Object.keys(info.value.models).map((name) => [name, publicationMark(name)]));
    const renewed = [...marks].find(
      ([name, mark]) => published.has(name) && mark !== '' && mark !== published.get(name),
    );
    // The statistics of a run that has not published are about other weights.
    for (const [name, mark] of marks) {
      const dice = publishedDice(name);
      if (dice !== undefined || mark !== published.get(name)) live.set(name, dice);
    }
    if (renewed !== undefined && openCase.peek() !== undefined) {
      const [name] = renewed;
      newModel.value = name;
      newModelScores.value = scoresIn(live.get(name), known.get(name));
    }
    for (const name of marks.keys()) if (newModel.peek() !== name) known.set(name, live.get(name));
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

/** When new weights of a model went live. */
function publicationMark(name: string): string {
  return info.value!.models[name]?.published ?? '';
}

/** Dice on the validation cases of the weights that are live, where the latest training published and validated them. */
function publishedDice(name: string): number | undefined {
  const found = info.value!.train_stats[name];
  const published = Date.parse(publicationMark(name));
  if (found === undefined || !hasRun(found) || !(published >= found.start_ts * 1000)) return undefined;
  return found.eval?.best_metric;
}

function scoresIn(now: number | undefined, before: number | undefined): string {
  if (now === undefined) return 'not validated';
  return `validation Dice ${now.toFixed(2)}${before === undefined ? '' : `, before ${before.toFixed(2)}`}`;
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
