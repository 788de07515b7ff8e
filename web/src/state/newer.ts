/** Notices that a label is stored, or an image, which the person at the open case has not seen. */

import { effect, untracked } from '@preact/signals-core';
import { labelVersion } from '../api/server.js';
import { versionIn, type LabelVersion, type StoredCase } from '../api/types.js';
import type { CaseSession } from './case-session.js';
import { open } from './opening.js';
import { recognise } from './sending.js';
import { outbox, session, storedCases } from './store.js';
import { whoStored } from './words.js';

/** Call once. */
export function watchStoredLabels(): void {
  effect(() => {
    const all = storedCases.value;
    const now = session.value;
    const stored = now && all[now.id];
    if (now !== undefined && stored !== undefined) untracked(() => lookAtImage(now, stored));
    for (const mine of now === undefined ? outbox.sessions : [now, ...outbox.sessions]) {
      const listed = versionIn(all[mine.id]?.labels['final']?.info ?? {});
      if (listed === undefined || mine.submission.value.state === 'sending' || mine.knows(listed.version)) continue;
      void look(mine);
    }
  });
}

function lookAtImage(mine: CaseSession, { image }: StoredCase): void {
  const { ts } = image.info;
  const { id, time } = mine.image;
  // An older list has an older time.
  if (typeof ts !== 'number' || time === undefined || ts <= time || mine.isImageReplaced) return;
  mine.isImageReplaced = true;
  const text = `The image of ${id} has been replaced. What is drawn here was drawn on the one before.`;
  mine.notice({
    about: 'image',
    kind: 'error',
    text,
    actions: [{ title: 'Open the new image', run: () => void open(id) }],
  });
}

/** The list may be older than what this page has done since. */
async function look(mine: CaseSession): Promise<void> {
  const stored = await labelVersion(mine.id, 'final').catch(() => undefined);
  if (stored === undefined || mine.submission.value.state === 'sending' || mine.knows(stored.version)) return;
  if (await recognise(mine, stored)) return;
  mine.noticeVersion(stored.version);
  mine.notice(newer(mine, stored));
}

function newer({ id }: CaseSession, stored: LabelVersion) {
  const text = `${whoStored(id, stored)}. Your view is based on an older version.`;
  const show = (): void => void open(id, { shown: { shown: 'stored' } });
  return { about: 'newer', kind: 'note', text, actions: [{ title: 'Look at theirs', run: show }] } as const;
}
