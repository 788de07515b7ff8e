/** Submits the open case, and says what became of it. */

import { labelVersion, saveLabel } from '../api/server.js';
import type { SavedLabel } from '../api/types.js';
import { usedSlots } from '../labelmap/slots.js';
import type { CaseSession } from './case-session.js';
import { clientId } from './cases.js';
import { tabs } from './keeping.js';
import { foregroundNames } from './labels.js';
import { note, report } from './messages.js';
import { open, openNext } from './opening.js';
import { ask } from './questions.js';
import { send, type Outcome } from './sending.js';
import { askNow } from './server.js';
import { connection, info, model, session } from './store.js';
import { listed, timeOf, whoStored } from './words.js';

const server = { saveLabel, labelVersion };

/** Call once. A submit that failed for want of a server is offered again when it is back. */
export function watchConnection(): void {
  let before = connection.peek();
  connection.subscribe((now) => {
    const isBack = before === 'offline' && now === 'online';
    before = now;
    if (!isBack || session.peek()?.submission.peek().state !== 'failed') return;
    note('The server is back. Your work is not submitted yet.', { title: 'Submit', run: () => void submit() });
  });
}

/** Resolves when the server has it or has refused it; what was drawn stays either way. */
export async function submit(): Promise<void> {
  const mine = session.value;
  if (mine === undefined || mine.submission.value.state === 'sending') return;
  mine.drawing.endStroke();
  if (mine.isReadOnly.value) return note('Submit it in the tab that works on this case.');
  if (await isMeant(mine)) await deliver(mine);
}

/** Sends once more what could not be stored, of a case that is closed. */
export async function sendAgain(mine: CaseSession): Promise<void> {
  if (mine.submission.value.state === 'failed' && (await isMeant(mine))) await deliver(mine);
}

async function deliver(mine: CaseSession, over = mine.base): Promise<void> {
  const outcome = await send(mine, server, { clientId: clientId(), looked: looked(mine) }, over);
  if (outcome.state === 'stored') sayStored(mine, outcome.saved);
  else if (session.value !== mine) report(`The label of ${mine.id} was not stored`, errorOf(mine));
  else if (outcome.state === 'failed')
    report('Not submitted, your work is kept here', outcome.error, () => void submit());
  else if (outcome.state === 'conflict') await settleConflict(mine, outcome);
  else if (await isMeant(mine)) await deliver(mine, over);
}

/**
 * Names of what somebody has looked for: the model that made the proposal, or the person who was asked about the chosen one
 * because nothing is painted. A model that was merely chosen says nothing.
 */
function looked(mine: CaseSession): string[] {
  const isEmpty = usedSlots(mine.drawing.voxels).size === 0;
  const name = mine.proposal.value?.model ?? (isEmpty ? model.value : undefined);
  return name === undefined ? [] : foregroundNames(info.value?.models[name]?.labels ?? []);
}

/** Asks before a label that nobody has seen is replaced, and before an empty one teaches a model that nothing is there. */
async function isMeant(mine: CaseSession): Promise<boolean> {
  const questions: string[] = [];
  if (mine.isImageReplaced) {
    questions.push(
      'The image of this case has been replaced since you opened it. This label was drawn on the one before.',
    );
  }
  if (mine.problem !== undefined) questions.push(mine.problem);
  if (usedSlots(mine.drawing.voxels).size === 0) {
    const names = looked(mine).join(', ') || 'label';
    questions.push(`Nothing is painted. Submit “no ${names} here”?`);
  }
  if (questions.length === 0) return true;
  const answer = await ask(questions.join(' '), [
    { answer: 'no', title: 'Do not submit' },
    { answer: 'yes', title: 'Submit' },
  ]);
  return answer === 'yes';
}

async function settleConflict(mine: CaseSession, { theirs, reason }: Outcome & { state: 'conflict' }): Promise<void> {
  const what = theirs === undefined ? reason : `${whoStored(mine.id, theirs)}, which you have not seen`;
  if (theirs !== undefined) mine.noticeVersion(theirs.version);
  mine.dismiss('newer');
  const answer = await ask(`${withoutEnd(what)}. Your work is kept here and not submitted.`, [
    { answer: 'look', title: 'Look at theirs' },
    { answer: 'replace', title: 'Replace theirs (their file is kept)' },
    { answer: 'later', title: 'Not now' },
  ]);
  if (answer === 'look') await open(mine.id, { shown: { shown: 'stored' } });
  if (answer === 'replace') await deliver(mine, theirs?.version ?? null);
}

function sayStored(mine: CaseSession, saved: SavedLabel | undefined): void {
  const texts = [`The label of ${mine.id} is stored on the server.`];
  const { replaced, needs_names: unnamed = [] } = saved ?? {};
  if (replaced !== undefined) {
    const whose = typeof replaced.client_id === 'string' ? `${replaced.client_id}’s label` : 'the label';
    const when = typeof replaced.ts === 'number' ? ` from ${timeOf(new Date(replaced.ts * 1000))}` : '';
    texts.push(`It replaced ${whose}${when}; the old file is kept.`);
  }
  if (session.value === mine) {
    for (const about of ['label', 'newer', 'notes', 'names'] as const) mine.dismiss(about);
    if (unnamed.length > 0) {
      const text = `Without a name: ${listed(unnamed)}. No model learns from this label until they have one.`;
      mine.notice({ about: 'names', kind: 'note', text });
    }
    note(texts.join(' '), { title: 'Next case', run: () => void openNext() });
  } else note(texts.join(' '));
  tabs.tellStored();
  void askNow();
}

function errorOf(mine: CaseSession): Error {
  const now = mine.submission.value;
  return new Error(now.state === 'failed' ? now.reason : '');
}

function withoutEnd(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
