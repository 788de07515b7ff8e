/** What a case begins with: unsaved work of this browser, else the submitted label, else the proposal of a model. */

import { ApiError } from '../api/api-error.js';
import { labelVersion, placedLabel } from '../api/server.js';
import type { LabelVersion } from '../api/types.js';
import { usedSlots } from '../labelmap/slots.js';
import type { Draft, DraftStore } from '../keep/draft.js';
import type { Beginning, CaseSession, Notice, OpenCase } from './case-session.js';
import { draftsOf, draftStore } from './keeping.js';
import { keptLabels, labelsOf, withLabels, type Label, type ModelLabels } from './labels.js';
import { ask } from './questions.js';
import { readPlaced } from './stored-label.js';
import { storedCases } from './store.js';
import { isOvertaken, putBy, sortDrafts, takenUp, type Sorted } from './unsaved.js';
import { reasonOf, timeOf, whoStored } from './words.js';

/** What the person wants to see, where there is a choice: the stored label, or the draft under a key. */
export type Shown = { readonly shown: 'stored' } | { readonly shown: 'draft'; readonly key: string };

export interface Begun {
  readonly beginning: Beginning;
  /** The unsaved work that it begins with. */
  readonly draft: Draft | undefined;
  /** The label that is stored now. */
  readonly stored: LabelVersion | undefined;
  readonly notices: readonly Notice[];
  readonly aside: readonly Draft[];
  readonly foreign: readonly Draft[];
}

/**
 * `unsent`: the session of the case whose label could not be stored; `isOurs`: no other tab works on the case. Rejects where
 * the server is away.
 */
export async function begin(
  image: OpenCase,
  models: ModelLabels,
  { unsent, wanted, isOurs }: { unsent: CaseSession | undefined; wanted: Shown | undefined; isOurs: () => boolean },
  signal: AbortSignal,
): Promise<Begun> {
  const stored = await labelVersion(image.id, 'final', signal);
  signal.throwIfAborted();
  const store = await draftStore();
  const kept = store === undefined && unsent !== undefined ? [unsent.describe()] : await draftsOf(image.id);
  let sorted = sortDrafts(kept, image, image.geometry.grid.size);
  const mayMove = store !== undefined && isOurs();
  if (mayMove) sorted = await withoutStored(store, sorted, stored);
  const { own, aside, foreign } = mayMove ? await chosen(store, sorted, image, stored, wanted, isOurs) : sorted;
  signal.throwIfAborted();
  const beside = { stored, aside, foreign };
  if (own === undefined) return { ...(await fromServer(image, models, stored, signal)), ...beside, draft: undefined };
  const voxels = await voxelsOf(own, unsent);
  const wasDeleted = stored === undefined && typeof own.base === 'string';
  const base = own.base === undefined ? (stored?.version ?? null) : wasDeleted ? null : own.base;
  const labels = withLabels(keptLabels(own.labels), models);
  const beginning = {
    voxels,
    labels,
    byHand: usedSlots(voxels),
    base,
    problem: own.problem,
    isDraft: true,
    sent: own.sent,
  };
  const text = `The label of ${image.id} that this work began on is no longer on the server.`;
  return { beginning, draft: own, notices: wasDeleted ? [{ about: 'label', kind: 'note', text }] : [], ...beside };
}

/** Unsaved work that the server has after all, for only its answer was lost, is none; what was painted since goes on from it. */
async function withoutStored(store: DraftStore, sorted: Sorted, stored: LabelVersion | undefined): Promise<Sorted> {
  const { own } = sorted;
  const sending = own?.sent?.find(({ name }) => name === stored?.sending);
  if (own === undefined || stored === undefined || sending === undefined) return sorted;
  if (!sending.isAll) return { ...sorted, own: { ...own, base: stored.version } };
  await store.remove(own.key);
  return { ...sorted, own: undefined };
}

/** With the draft to go on with, after the person has been asked where something newer is stored. The others are put by. */
async function chosen(
  store: DraftStore,
  { own, aside, foreign }: Sorted,
  image: OpenCase,
  stored: LabelVersion | undefined,
  wanted: Shown | undefined,
  isOurs: () => boolean,
): Promise<Sorted> {
  const other = wanted?.shown === 'draft' ? aside.find(({ key }) => key === wanted.key) : undefined;
  const isOwn = own !== undefined && other === undefined && (await isWanted(image.id, own, stored, wanted));
  // While the person thought, another tab may have taken the case over, and its draft with it.
  if (!isOurs()) return { own: isOwn ? own : other, aside: aside.filter((draft) => draft !== other), foreign };
  const isPutBy = own !== undefined && !isOwn;
  const by = isPutBy ? putBy(own, image) : undefined;
  if (by !== undefined) await store.move(own!, by);
  const taken = isOwn ? own : other;
  const up = taken && takenUp(taken, image);
  if (up !== undefined && up.key !== taken!.key) await store.move(taken!, up);
  const left = aside.filter((draft) => draft !== other);
  return { own: up, aside: by === undefined ? left : [by, ...left], foreign };
}

async function isWanted(
  id: string,
  own: Draft,
  stored: LabelVersion | undefined,
  wanted: Shown | undefined,
): Promise<boolean> {
  if (wanted?.shown === 'stored') return false;
  if (stored === undefined || !isOvertaken(own, stored)) return true;
  const text = `${whoStored(id, stored)}. Your unsaved work of ${timeOf(own.savedAt)} began before that.`;
  const answer = await ask(text, [
    { answer: 'mine', title: 'Go on with my work' },
    { answer: 'theirs', title: 'Show the stored label (my work is kept)' },
  ]);
  return answer !== 'theirs';
}

async function voxelsOf(draft: Draft, unsent: CaseSession | undefined): Promise<Uint8Array> {
  const store = await draftStore();
  const isNewer = unsent !== undefined && unsent.keptRevision.value !== unsent.drawing.revision.value;
  return store === undefined || isNewer ? unsent!.drawing.voxels : store.load(draft);
}

async function fromServer(
  image: OpenCase,
  models: ModelLabels,
  stored: LabelVersion | undefined,
  signal: AbortSignal,
): Promise<Pick<Begun, 'beginning' | 'notices'>> {
  const listed = storedCases.value[image.id]?.labels ?? {};
  const tag = stored !== undefined ? 'final' : isVolume(listed['original']?.ext) ? 'original' : undefined;
  const empty = { labels: labelsOf(models, [], {}), voxels: new Uint8Array() };
  const base = stored?.version ?? null;
  const isGone = stored === undefined && listed['final'] !== undefined;
  try {
    if (isGone) throw new Error('It is no longer on the server');
    if (tag === undefined) return { beginning: { ...empty, byHand: [], base, isDraft: false }, notices: [] };
    const placed = await placedLabel(image.id, tag, signal);
    const read: { labels: readonly Label[]; voxels: Uint8Array } = readPlaced(placed, image.geometry, models);
    const byHand = tag === 'final' ? usedSlots(read.voxels) : [];
    const beginning = { ...read, byHand, base: tag === 'final' ? placed.version : base, isDraft: false };
    return { beginning, notices: notesOn(tag, placed.notes) };
  } catch (error) {
    signal.throwIfAborted();
    // A server that is away or ill says nothing about the label.
    if (error instanceof ApiError && (error.kind === 'offline' || (error.status ?? 0) >= 500)) throw error;
    const reason = reasonOf(error);
    const problem =
      `A stored label of this case could not be shown: ${reason.replace(/\.$/, '')}. ` +
      'Submitting replaces it; the file is kept aside on the server.';
    const what = tag === 'original' ? 'The stored proposal' : 'The stored label';
    return {
      beginning: { ...empty, byHand: [], base, problem: tag === 'original' ? undefined : problem, isDraft: false },
      notices: [{ about: 'label', kind: 'error', text: `${what} could not be shown: ${reason}` }],
    };
  }
}

function notesOn(tag: string, notes: readonly string[]): Notice[] {
  if (notes.length === 0) return [];
  const what = tag === 'final' ? 'The stored label' : 'The stored proposal';
  return [{ about: 'notes', kind: 'note', text: `${what}: ${notes.join('; ')}.` }];
}

function isVolume(ext: string | undefined): boolean {
  return ext !== undefined && !ext.endsWith('json');
}
