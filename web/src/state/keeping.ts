/** Keeps unsaved work in this browser, so that no reload, crash or lost connection takes a stroke away. */

import { Drafts, type Draft } from '../keep/drafts.js';
import { Keeper } from '../keep/keeper.js';
import { allLastWords, forgetLastWords } from '../keep/last-words.js';
import type { Box, Vec3 } from '../labelmap/grid.js';
import { report } from './messages.js';
import { drafts, hasUnsavedWork, keptRevision, labels, revision } from './store.js';

let store: Promise<Drafts> | undefined;
let keeper: Keeper | undefined;

/** Call once. Lists what an earlier visit left, and watches for the end of this one; `onLeaving` comes before it. */
export async function startKeeping(onLeaving: () => void): Promise<void> {
  const leave = (): void => {
    onLeaving();
    keeper?.leave();
  };
  window.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
  });
  window.addEventListener('beforeunload', (event) => {
    if (hasUnsavedWork.value) event.preventDefault();
  });
  // Ask the browser not to clear this store when its disk gets full.
  if (isSecureContext) void navigator.storage.persist();
  store = Drafts.open();
  const opened = await store;
  for (const lastWords of allLastWords()) {
    await opened.saveNow(lastWords);
    forgetLastWords(lastWords.draft.id);
  }
  const kept = await opened.list();
  drafts.value = new Map(kept.map(({ id, savedAt }) => [id, savedAt]));
}

export async function draftOf(id: string): Promise<{ draft: Draft; voxels: Uint8Array } | undefined> {
  const draft = await (await store)?.get(id);
  return draft && { draft, voxels: await (await store)!.load(draft) };
}

/** Follows the open case from now on. `begun`: its drawing came from a draft. */
export async function keepCase(id: string, size: Vec3, voxels: Uint8Array, begun: boolean): Promise<void> {
  const opened = await store;
  if (opened === undefined) return;
  keeper = new Keeper(
    opened,
    {
      id,
      size,
      voxels,
      names: () => labels.value.map(({ name }) => name),
      onKept: (saved, savedAt) => {
        keptRevision.value = saved;
        drafts.value = new Map(drafts.value).set(id, savedAt);
      },
      onFailed: (error) => report('Your work could not be kept in this browser. Submit it soon', error),
    },
    begun,
  );
}

export function touchDraft(box: Box): void {
  keeper?.touch(box, revision.value);
}

/** Writes what is waiting and lets go of the case. */
export async function stopKeeping(): Promise<void> {
  await keeper?.flush();
  keeper = undefined;
}

/** After the server has stored it, or because the person does not want it. */
export async function discardDraft(id: string): Promise<void> {
  if (keeper?.id === id) await keeper.discard();
  else await (await store)?.remove(id);
  const left = new Map(drafts.value);
  left.delete(id);
  drafts.value = left;
}
