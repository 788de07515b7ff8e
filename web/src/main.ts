import { effect } from '@preact/signals-core';
import { render } from 'lit-html';
import { listDrafts, startKeeping } from './state/keeping.js';
import { connectViewer } from './state/looking.js';
import { note, report } from './state/messages.js';
import { watchStoredLabels } from './state/newer.js';
import { caseOfAddress, open } from './state/opening.js';
import { startRemembering } from './state/remembering.js';
import { askNow, startAsking } from './state/server.js';
import { startViewer } from './state/stage.js';
import { info, outbox, storedCases } from './state/store.js';
import { watchConnection } from './state/submitting.js';
import { watchTrainings } from './state/training.js';
import { bar } from './views/bar.js';
import { caseList, connectDrop } from './views/case-list.js';
import { cover } from './views/cover.js';
import { connectKeys } from './views/keys.js';
import { keysDialog } from './views/keys-dialog.js';
import { messages } from './views/messages.js';
import { connectPanels } from './views/panels.js';
import { connectPointer } from './views/pointer.js';
import { questionDialog } from './views/question-dialog.js';
import { readout } from './views/readout.js';
import { side } from './views/side.js';
import { toolBar } from './views/tool-bar.js';

function show(id: string, view: () => unknown): void {
  const region = document.getElementById(id)!;
  effect(() => {
    render(view(), region);
  });
}

async function start(): Promise<void> {
  startRemembering();
  connectPanels();
  show('bar', bar);
  show('cases', caseList);
  show('tools', toolBar);
  show('cover', cover);
  show('readout', readout);
  show('side', side);
  show('messages', messages);
  show('dialogs', () => [keysDialog(), questionDialog()]);
  connectKeys();
  connectDrop();
  startAsking();
  watchTrainings();
  watchConnection();
  watchStoredLabels();
  try {
    await startKeeping();
  } catch (error) {
    report('This browser keeps no unsaved work: submit often', error);
  }
  try {
    // Starting WebGL holds the browser up: the list of cases comes first.
    await askNow();
    await new Promise(requestAnimationFrame);
    await new Promise((resolve) => setTimeout(resolve));
    const viewer = await startViewer(document.getElementById('canvas')!);
    connectViewer();
    connectPointer(viewer);
  } catch (error) {
    report('Images cannot be shown here', error);
    return;
  }
  await firstAnswer();
  await resume();
}

/** Resolves once the server has said what it is; it may be away when the page is loaded again. */
function firstAnswer(): Promise<void> {
  return new Promise((resolve) => {
    effect(() => {
      if (info.value !== undefined) resolve();
    });
  });
}

/** After a reload: the case of the address; after a crash: the unsaved work, if the person wants it. */
async function resume(): Promise<void> {
  const kept = await listDrafts();
  const id = caseOfAddress();
  const isThere = id !== undefined && id in storedCases.value;
  outbox.setLeft(kept.filter((draft) => draft.isSubmitted && !(isThere && draft.id === id)));
  if (isThere) return open(id);
  const latest = kept.at(-1);
  if (latest === undefined) return;
  note(`There is unsaved work on ${latest.id}.`, { title: 'Continue', run: () => void open(latest.id) });
}

void start();
