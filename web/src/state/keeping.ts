/** Keeps unsaved work in this browser, so that no reload, crash or lost connection takes a stroke away. */

import type { Draft, DraftStore } from '../keep/draft.js';
import { Drafts } from '../keep/drafts.js';
import { Tabs } from '../keep/tabs.js';
import type { CaseSession, KeepingEvents } from './case-session.js';
import { report } from './messages.js';
import { askNow } from './server.js';
import { datastore, drafts, outbox, session } from './store.js';

let opened: Promise<Drafts> | undefined;

/** Other tabs of this browser. */
export const tabs = new Tabs(() => void heardOfLabel());

export const keepingEvents: KeepingEvents = {
  onKept: ({ id }, savedAt) => (drafts.value = new Map(drafts.value).set(id, savedAt)),
  onDiscarded: () => void listDrafts(),
  onFailed: (error) => report('Your work could not be kept in this browser. Submit it soon', error),
};

/** Call once. Watches for the end of this visit. */
export async function startKeeping(): Promise<void> {
  const leave = (): void => {
    for (const each of sessions()) each.leave();
  };
  window.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
  });
  window.addEventListener('beforeunload', (event) => {
    const isSending = !outbox.isEmpty || session.value?.submission.value.state === 'sending';
    const isLost = session.value?.hasUnsavedWork.value === true && !session.value.isReadOnly.value;
    if (isLost || isSending) event.preventDefault();
  });
  // Ask the browser not to clear this store when its disk gets full.
  if (isSecureContext) void navigator.storage.persist();
  opened = Drafts.open();
  await opened;
}

/** Undefined where this browser keeps nothing. */
export async function draftStore(): Promise<DraftStore | undefined> {
  return await opened?.catch(() => undefined);
}

/** Lists what is kept for the folder that the server has now. Returns it. */
export async function listDrafts(): Promise<readonly Draft[]> {
  const kept = ((await (await draftStore())?.list()) ?? []).filter(isOfThisServer);
  const latest = kept.toSorted((a, b) => a.savedAt.getTime() - b.savedAt.getTime());
  drafts.value = new Map(latest.map(({ id, savedAt }) => [id, savedAt]));
  return latest;
}

/** Unsaved work on a case: of this image, or of another one that had its name. */
export async function draftsOf(id: string): Promise<readonly Draft[]> {
  const kept = (await (await draftStore())?.list()) ?? [];
  return kept.filter((draft) => draft.id === id && isOfThisServer(draft));
}

/** Because the person does not want it. */
export async function discardDraft({ key }: Draft): Promise<void> {
  await (await draftStore())?.remove(key);
  await listDrafts();
}

/** Drafts of earlier pages do not say which server they belong to. */
function isOfThisServer(draft: Draft): boolean {
  return draft.datastore === undefined || draft.datastore === datastore.value;
}

function sessions(): readonly CaseSession[] {
  return session.value === undefined ? outbox.sessions : [...outbox.sessions, session.value];
}

/** Another tab has submitted one: its draft is gone, and the server has something newer. */
async function heardOfLabel(): Promise<void> {
  await listDrafts();
  await askNow();
}
