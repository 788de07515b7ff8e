/** Sends the drawing of a session to the server as the label of its case. */

import { ApiError } from '../api/api-error.js';
import type { LabelVersion, Over, Params, SavedLabel } from '../api/types.js';
import { gzip } from '../labelmap/gzip.js';
import { writeLabelFile } from '../labelmap/label-file.js';
import { toFileOrder } from '../labelmap/reorder.js';
import { fromSlots, usedSlots } from '../labelmap/slots.js';
import type { CaseSession } from './case-session.js';
import { isSameName, type Label } from './labels.js';

export interface LabelServer {
  saveLabel(
    id: string,
    file: Blob,
    params: Params,
    over: Over,
    onProgress: (part: number) => void,
  ): Promise<SavedLabel>;
  labelVersion(id: string, tag: string): Promise<LabelVersion | undefined>;
}

export type Outcome =
  | { readonly state: 'stored'; readonly saved: SavedLabel | undefined }
  | { readonly state: 'conflict'; readonly theirs: LabelVersion | undefined; readonly reason: string }
  | { readonly state: 'image-replaced' }
  | { readonly state: 'failed'; readonly error: unknown };

export interface Sender {
  readonly clientId: string;
  /** Labels that the chosen model looks for: where they are not painted they are not there. */
  readonly looked: readonly string[];
}

/**
 * Resolves when the server has it or has refused it. What is sent is what is drawn now; the session is told all that becomes
 * of it, also when it is no longer the one that is open. `over`: the stored version that it may replace, null for none.
 */
export async function send(
  session: CaseSession,
  server: LabelServer,
  sender: Sender,
  over: string | null = session.base,
): Promise<Outcome> {
  session.drawing.endStroke();
  const revision = session.drawing.revision.value;
  const sending = newSendingName();
  session.submission.value = { state: 'sending', part: 0 };
  try {
    const { geometry, source } = session.image;
    const labels = session.labels.value;
    const slots = toFileOrder(session.drawing.voxels, geometry.permRAS, geometry.sizeFile);
    const values = labels.map(({ value }) => value);
    const names = namesToSend(labels, usedSlots(slots), sender.looked);
    const params = { ...names, client_id: sender.clientId, sending, ...madeBy(session) };
    session.sendings.set(sending, revision);
    // A page that is loaded again finds that it has been submitted; what nobody changed is kept only if it fails.
    if (session.hasUnsavedWork.value) session.keepWords();
    const file = new Blob([await gzip(writeLabelFile(source, fromSlots(slots, values)))]);
    // That it has been replaced is known, and the person wants the label all the same.
    const image = session.isImageReplaced ? undefined : session.image.etag;
    const saved = await server.saveLabel(session.id, file, params, { base: over, image }, (part) => {
      session.submission.value = { state: 'sending', part };
    });
    await settle(session, sending, saved.version);
    return { state: 'stored', saved };
  } catch (error) {
    return await failed(session, server, sender, error);
  }
}

/**
 * Looks at the version that is stored: true where it is one that this session sent, whose answer was lost on its way, and
 * all is settled as if the answer had come.
 */
export async function recognise(session: CaseSession, stored: LabelVersion): Promise<boolean> {
  if (stored.sending === undefined || !session.sendings.has(stored.sending)) return false;
  await settle(session, stored.sending, stored.version);
  return true;
}

async function settle(session: CaseSession, sending: string, version: string): Promise<void> {
  const revision = session.sendings.get(sending)!;
  session.sendings.clear();
  session.goOnFrom(version);
  session.problem = undefined;
  session.savedRevision.value = revision;
  session.submission.value = { state: 'stored', at: new Date() };
  if (session.hasUnsavedWork.value) session.keepWords();
  else await session.discardDraft();
}

async function failed(session: CaseSession, server: LabelServer, sender: Sender, error: unknown): Promise<Outcome> {
  const reason = error instanceof Error ? error.message : String(error);
  const isConflict = error instanceof ApiError && error.status === 409;
  // Without an answer now, who stored something else is said without their name.
  const theirs = isConflict ? await server.labelVersion(session.id, 'final').catch(() => undefined) : undefined;
  if (theirs !== undefined && (await recognise(session, theirs))) {
    return session.hasUnsavedWork.value ? send(session, server, sender) : { state: 'stored', saved: undefined };
  }
  const isOtherImage = error instanceof ApiError && error.status === 412;
  if (isOtherImage) session.isImageReplaced = true;
  session.submission.value = { state: 'failed', reason };
  session.keepWords();
  if (isOtherImage) return { state: 'image-replaced' };
  return isConflict ? { state: 'conflict', theirs, reason } : { state: 'failed', error };
}

/**
 * What the label says something about: all named values that are painted, and what the model looks for, for where that is
 * not painted it is not there. Other labels are left out, lest a model learn that nobody has them.
 */
function namesToSend(labels: readonly Label[], painted: ReadonlySet<number>, looked: readonly string[]): Params {
  const isPainted = (label: Label): boolean => painted.has(labels.indexOf(label) + 1);
  const named = labels.filter((label) => {
    return label.isNamed && (isPainted(label) || looked.some((name) => isSameName(name, label.name)));
  });
  const values = Object.fromEntries(named.map(({ name, value }) => [name, value]));
  const hasUnnamed = labels.some((label) => !label.isNamed && isPainted(label));
  // In label_info of 3D Slicer's module the order counts, so it has no place for values without a name.
  if (hasUnnamed) return { label_values: values };
  const ascending = [...named].sort((a, b) => a.value - b.value);
  return { label_values: values, label_info: ascending.map(({ name, value }) => ({ name, idx: value, value })) };
}

function madeBy({ proposal }: CaseSession): Params {
  return proposal.value === undefined ? {} : { model: proposal.value.model };
}

/** crypto.randomUUID is missing where the page came over plain http. */
function newSendingName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
}
