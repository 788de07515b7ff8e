/** Sends the drawing to the server as the label of the case. */

import { saveLabel } from '../api/server.js';
import { gzip } from '../labelmap/gzip.js';
import { writeLabelFile } from '../labelmap/label-file.js';
import { toFileOrder } from '../labelmap/reorder.js';
import { clientId } from './cases.js';
import { endStroke } from './editing.js';
import { discardDraft } from './keeping.js';
import { foregroundNames } from './labels.js';
import { note, report } from './messages.js';
import { openNext } from './opening.js';
import { askNow } from './server.js';
import { viewer } from './stage.js';
import { connection, info, labels, model, openCase, proposal, revision, savedRevision, submission } from './store.js';

/** Call once. A submit that failed for want of a server is offered again when it is back. */
export function watchConnection(): void {
  let before = connection.peek();
  connection.subscribe((now) => {
    const isBack = before === 'offline' && now === 'online';
    before = now;
    if (!isBack || submission.peek().state !== 'failed') return;
    note('The server is back. Your work is not submitted yet.', { title: 'Submit', run: () => void submit() });
  });
}

/** Resolves when the server has it or has refused it; what was drawn stays either way. */
export async function submit(): Promise<void> {
  endStroke();
  const opened = openCase.value;
  const shown = viewer();
  if (opened === undefined || shown === undefined || submission.value.state === 'sending') return;
  submission.value = { state: 'sending', part: 0 };
  const sent = revision.value;
  try {
    const names = namesToSend(shown.drawing);
    const voxels = toFileOrder(renumbered(shown.drawing, names), opened.geometry.permRAS, opened.geometry.sizeFile);
    const file = new Blob([await gzip(writeLabelFile(opened.source, voxels))]);
    const params = {
      // Slicer's form, where the position counts, and ours, which says the values outright.
      label_info: names.map((name, index) => ({ name, idx: index + 1, value: index + 1 })),
      label_values: Object.fromEntries(names.map((name, index) => [name, index + 1])),
      client_id: clientId(),
      ...(proposal.value && { model: proposal.value.model }),
    };
    await saveLabel(opened.id, file, params, (part) => (submission.value = { state: 'sending', part }));
    if (openCase.value !== opened) return;
    savedRevision.value = sent;
    submission.value = { state: 'stored', at: new Date() };
    note(`The label of ${opened.id} is stored on the server.`, { title: 'Next case', run: () => void openNext() });
    if (revision.value === sent) await discardDraft(opened.id);
    void askNow();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    submission.value = { state: 'failed', reason };
    report('Not submitted, your work is kept here', error, () => void submit());
  }
}

/**
 * What the label says something about: all that is painted, and what the chosen model looks for, for where that is not
 * painted it is not there. Other labels are left out, lest a model learn that nobody has them.
 */
function namesToSend(drawing: Uint8Array): string[] {
  const painted = new Set(drawing);
  const looked = foregroundNames(info.value?.models[proposal.value?.model ?? model.value]?.labels ?? []);
  return labels.value
    .filter(({ name }, index) => painted.has(index + 1) || looked.includes(name))
    .map(({ name }) => name);
}

/** The drawing with the positions in `names`, from 1, as its values. */
function renumbered(drawing: Uint8Array, names: readonly string[]): Uint8Array {
  const values = new Uint8Array(256);
  labels.value.forEach(({ name }, index) => (values[index + 1] = names.indexOf(name) + 1));
  return drawing.map((value) => values[value]!);
}
