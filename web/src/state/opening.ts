/** Opens a case: its image, and upon it what was last done to it here, on the server, or by a model. */

import { batch } from '@preact/signals-core';
import { downloadImage, imageTime, nextCase } from '../api/server.js';
import { versionIn } from '../api/types.js';
import type { Draft, DraftStore } from '../keep/draft.js';
import { fingerprint } from '../keep/fingerprint.js';
import type { Vec3 } from '../labelmap/grid.js';
import type { ImageGeometry } from '../viewer/geometry.js';
import type { Viewer } from '../viewer/viewer.js';
import { begin, type Begun, type Shown } from './beginning.js';
import { CaseSession, type OpenCase } from './case-session.js';
import { Claim } from './claim.js';
import { clientId } from './cases.js';
import { discardDraft, draftStore, keepingEvents, listDrafts } from './keeping.js';
import { foreground, foregroundNames, type ModelLabels } from './labels.js';
import { dismiss, note, report } from './messages.js';
import { stopProposing } from './proposing.js';
import { whenViewer } from './stage.js';
import {
  activeLabel,
  busy,
  crosshair,
  datastore,
  info,
  intensityWindow,
  loading,
  message,
  outbox,
  rulers,
  session,
  storedCases,
  strategy,
  tool,
} from './store.js';
import { submit } from './submitting.js';
import { timeOf } from './words.js';

interface Wanted {
  /** Asked where it is not clear. */
  readonly shown?: Shown;
  /** Work here, whatever other tabs do. */
  readonly takesOver?: boolean;
}

let opening: AbortController | undefined;
/** Resolves when the case before is kept. */
let closed: Promise<void> = Promise.resolve();

/** Asks the server which case comes next and opens it. */
export async function openNext(): Promise<void> {
  busy.value = 'Asking for the next case';
  try {
    const id = await nextCase(strategy.value, clientId());
    if (id === undefined) note('Every case is labelled. Open one from the list to review it, or add images.');
    else await open(id);
  } catch (error) {
    report('No next case', error, () => void openNext());
  } finally {
    busy.value = undefined;
  }
}

/** What was open is kept as it is; opening something else meanwhile stops this. */
export async function open(id: string, wanted: Wanted = {}): Promise<void> {
  opening?.abort();
  const { signal } = (opening = new AbortController());
  close();
  const before = message.value;
  loading.value = { id, stage: 'download', part: undefined };
  let claim: Claim | undefined;
  let unsent: CaseSession | undefined;
  const putBack = (): void => {
    if (unsent !== undefined) outbox.add(unsent);
    unsent = undefined;
  };
  // At once: whatever is opened instead may be this very case.
  signal.addEventListener('abort', putBack);
  try {
    await closed;
    unsent = await outbox.take(id, signal);
    if (unsent?.isOnlyHere === true) await unsent.keep();
    signal.throwIfAborted();
    if (unsent?.isOnlyHere === true && (await draftStore()) !== undefined) {
      // Opening would begin with what this browser has kept, which is older.
      throw new Error(
        'This browser could not keep the newest work on it, which is in this page alone. Submit that first',
      );
    }
    claim = await Claim.on(id, wanted.takesOver === true, () => void open(id, { takesOver: true }));
    signal.throwIfAborted();
    const time = await imageTime(id, signal);
    const image = await downloadImage(id, ({ done, total }) => showProgress(id, done, total), signal);
    loading.value = { id, stage: 'prepare', part: undefined };
    const shown = await show(id, { ...image, time }, await whenViewer(), signal);
    const mine = claim;
    const how = { unsent, wanted: wanted.shown, isOurs: () => mine.isHeld };
    const begun = await begin(shown.image, modelLabels(), how, signal);
    const store = claim.isHeld ? await draftStore() : undefined;
    // From here on nothing waits: what was asked for since has stopped this.
    signal.throwIfAborted();
    start(shown, begun, claim, store);
    unsent = undefined;
    outbox.forgetLeft(id);
    // What has been said meanwhile is of another case.
    if (message.value === before) dismiss();
    sayDraftIsBack(session.value, begun.draft);
    window.history.replaceState(null, '', `#${new URLSearchParams({ case: id }).toString()}`);
  } catch (error) {
    claim?.release();
    putBack();
    if (signal.aborted) return;
    loading.value = undefined;
    report(`${id} could not be opened`, error, () => void open(id, wanted));
  }
}

/** The case that the address names, as after a reload. */
export function caseOfAddress(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('case') ?? undefined;
}

/** Lets go of what is open. */
function close(): void {
  const closing = session.value;
  stopProposing();
  batch(() => {
    session.value = undefined;
    rulers.value = [];
  });
  if (closing === undefined) return;
  closed = closing.keep().then(() => {
    // What this browser could not keep stays in the page, beside the next case.
    if (closing.isOnlyHere) closing.submission.value = { state: 'failed', reason: 'this browser could not keep it' };
    outbox.add(closing);
  });
}

interface ShownImage {
  readonly image: OpenCase;
  readonly firstWindow: readonly [low: number, high: number];
  readonly viewer: Viewer;
  /** Of this image; the viewer has another one for the next. */
  readonly voxels: Uint8Array;
}

async function show(
  id: string,
  { name, bytes, etag, time }: Awaited<ReturnType<typeof downloadImage>> & { readonly time: number | undefined },
  viewer: Viewer,
  signal: AbortSignal,
): Promise<ShownImage> {
  signal.throwIfAborted();
  const format = formatOf(name, id);
  // NiiVue changes the bytes of a header in the other byte order.
  const header = bytes.slice(0, 544);
  const identity = { datastore: datastore.value, id, fingerprint: fingerprint(bytes) };
  const shown = await viewer.show(bytes.buffer, `image${format}`, signal);
  const { geometry, isCt, percentileWindow, firstWindow } = shown;
  const source = format === '.nii' ? { header } : { size: geometry.sizeFile, affine: geometry.affine };
  const image = { ...identity, time, etag, geometry, isCt, percentileWindow, source };
  return { image, firstWindow, viewer, voxels: viewer.drawing };
}

function start(
  { image, firstWindow, viewer, voxels }: ShownImage,
  begun: Begun,
  claim: Claim,
  store: DraftStore | undefined,
): void {
  const { beginning, stored } = begun;
  voxels.fill(0);
  voxels.set(beginning.voxels);
  const mine = new CaseSession(
    image,
    { ...beginning, voxels },
    store,
    keepingEvents,
    (box) => {
      if (session.value === mine) viewer.refresh(box);
    },
    () => claim.release(),
  );
  // The list may have been asked for before the label was.
  for (const known of [stored?.version, listedVersion(image.id)]) if (known !== undefined) mine.noticeVersion(known);
  for (const notice of begun.notices) mine.notice(notice);
  noticeDrafts(mine, begun);
  claim.for(mine);
  if (mine.isReadOnly.value) mine.savedRevision.value = mine.drawing.revision.value;
  batch(() => {
    session.value = mine;
    intensityWindow.value = firstWindow;
    crosshair.value = middleOf(image.geometry);
    if (activeLabel.value > beginning.labels.length) activeLabel.value = 1;
    if (tool.value === 'click') tool.value = 'look';
    loading.value = undefined;
  });
  viewer.refresh();
  void listDrafts();
}

function sayDraftIsBack(mine: CaseSession | undefined, draft: Draft | undefined): void {
  if (mine === undefined || mine.isReadOnly.value || draft === undefined) return;
  const text = `Your unsaved work of ${timeOf(draft.savedAt)} is back.`;
  if (draft.isSubmitted) {
    const why = 'It was submitted, but the server has not said that it is stored.';
    note(`${text} ${why}`, { title: 'Submit', run: () => void submit() });
  } else note(text, { title: 'Discard it', run: () => void discardAndReopen(mine) });
}

/** Throws unsaved work away and shows what the server has. */
async function discardAndReopen(mine: CaseSession): Promise<void> {
  mine.savedRevision.value = mine.drawing.revision.value;
  await mine.discardDraft();
  await open(mine.id);
}

/** Other work on the case is offered until the person has decided about it. */
function noticeDrafts(mine: CaseSession, { aside, foreign }: Pick<Begun, 'aside' | 'foreign'>): void {
  const { id } = mine;
  const [first] = aside;
  const [other] = foreign;
  const discard = (draft: typeof first) => async (): Promise<void> => {
    await discardDraft(draft!);
    mine.dismiss(draft === first ? 'aside' : 'other image');
    noticeDrafts(mine, {
      aside: aside.filter((each) => each !== draft),
      foreign: foreign.filter((each) => each !== draft),
    });
  };
  if (first !== undefined) {
    const { key } = first;
    mine.notice({
      about: 'aside',
      kind: 'note',
      text: `Your unsaved work of ${timeOf(first.savedAt)} on this case is kept.`,
      actions: [
        { title: 'Open it', run: () => void open(id, { shown: { shown: 'draft', key } }) },
        { title: 'Discard it', run: () => void discard(first)() },
      ],
    });
  }
  if (other === undefined) return;
  mine.notice({
    about: 'other image',
    kind: 'note',
    text: `There is unsaved work of ${timeOf(other.savedAt)} on another image that had the name ${id}. It is not shown here.`,
    actions: [{ title: 'Discard it', run: () => void discard(other)() }],
  });
}

/** What the models of the server call their labels, and the first number that one of them gives to each. */
function modelLabels(): ModelLabels {
  const { labels = [], models = {} } = info.value ?? {};
  const own = new Map<string, number>();
  for (const model of Object.values(models)) {
    for (const [name, value] of foreground(model.labels)) if (!own.has(name)) own.set(name, value);
  }
  return foregroundNames(labels).map((name, index) => [name, own.get(name) ?? index + 1]);
}

function listedVersion(id: string): string | undefined {
  return versionIn(storedCases.value[id]?.labels['final']?.info ?? {})?.version;
}

function formatOf(name: string, id: string): '.nii' | '.nrrd' {
  const lower = (name === '' ? id : name).toLowerCase();
  if (lower.endsWith('.nrrd')) return '.nrrd';
  if (/\.nii(\.gz)?$/.test(lower)) return '.nii';
  throw new Error('The page shows NIfTI and NRRD volumes; this is neither');
}

function showProgress(id: string, done: number, total: number | undefined): void {
  loading.value = { id, stage: 'download', part: total && done / total };
}

function middleOf({ grid: { size } }: ImageGeometry): Vec3 {
  return [Math.floor(size[0] / 2), Math.floor(size[1] / 2), Math.floor(size[2] / 2)];
}
