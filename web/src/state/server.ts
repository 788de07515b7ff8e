/** What the server says of itself, asked again and again: also after it went away and came back. */

import { batch, effect } from '@preact/signals-core';
import { getCatalogue, getInfo } from '../api/server.js';
import { report } from './messages.js';
import { connection, datastore, info, message, model, storedCases, strategy, trainer, training } from './store.js';

/** Milliseconds between questions. */
const pace = { idle: 15_000, training: 3_000, offline: 2_000 };

let timer = 0;
let asking: Promise<void> | undefined;

/** Call once. */
export function startAsking(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void askNow();
  });
  window.addEventListener('online', () => void askNow());
  effect(() => {
    if (connection.value === 'offline') schedule();
  });
  void askNow();
}

/** Everything that may have changed. Failures show as "offline"; it asks again by itself. */
export function askNow(): Promise<void> {
  asking ??= ask().finally(() => {
    asking = undefined;
    schedule();
  });
  return asking;
}

async function ask(): Promise<void> {
  try {
    const [nextInfo, catalogue] = await Promise.all([getInfo(), getCatalogue()]);
    batch(() => {
      if (connection.value === 'offline' && message.value?.kind === 'error') message.value = undefined;
      info.value = nextInfo;
      storedCases.value = catalogue.objects;
      datastore.value = catalogue.id ?? '';
      chooseFirst(model, Object.keys(nextInfo.models));
      chooseFirst(trainer, Object.keys(nextInfo.trainers));
      chooseFirst(strategy, Object.keys(nextInfo.strategies));
    });
    connection.value = 'online';
  } catch (error) {
    if (connection.value !== 'offline') report('The server cannot be reached', error);
    connection.value = 'offline';
  }
}

function chooseFirst(choice: { value: string }, choices: readonly string[]): void {
  if (!choices.includes(choice.value)) choice.value = choices[0] ?? '';
}

function schedule(): void {
  window.clearTimeout(timer);
  const isTraining = training.value?.status === 'RUNNING' || training.value?.status === 'SUBMITTED';
  const wait = connection.value === 'offline' ? pace.offline : isTraining ? pace.training : pace.idle;
  timer = window.setTimeout(() => {
    if (document.visibilityState === 'hidden') schedule();
    else void askNow();
  }, wait);
}
