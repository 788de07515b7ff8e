/** The way through a case: which step comes now, and what stands in the way of one. */

import { computed } from '@preact/signals-core';
import { cases, labelledCount } from '../state/cases.js';
import { note } from '../state/messages.js';
import { openNext } from '../state/opening.js';
import { chosenModel, isInteractive, propose } from '../state/proposing.js';
import {
  busy,
  clicks,
  hasUnsavedWork,
  info,
  loading,
  openCase,
  proposal,
  proposing,
  storedCases,
  submission,
  tool,
} from '../state/store.js';

export type Step = 'next' | 'click' | 'propose' | 'submit';

/** What a person most likely wants to do now; undefined while something is going on. */
export const stepNow = computed((): Step | undefined => {
  const opened = openCase.value;
  if (loading.value !== undefined || proposing.value !== undefined || submission.value.state === 'sending')
    return undefined;
  if (opened === undefined || (submission.value.state === 'stored' && !hasUnsavedWork.value)) return 'next';
  const hasLabel = Object.keys(storedCases.value[opened.id]?.labels ?? {}).length > 0;
  const isUntouched = !hasUnsavedWork.value && proposal.value === undefined && !hasLabel;
  if (!isUntouched || chosenModel.value === undefined) return 'submit';
  return isInteractive.value && clicks.value.length === 0 ? 'click' : 'propose';
});

/** Why there is no next case to ask for. */
export const nextObstacle = computed(() => {
  if (info.value === undefined) return 'The server does not answer yet';
  if (cases.value.length === 0) return 'There are no images yet: drop some onto this page';
  if (busy.value !== undefined) return busy.value;
  return submission.value.state === 'sending' ? 'The label is being sent' : undefined;
});

/** Why the model cannot be asked now. */
export const proposeObstacle = computed(() => {
  if (openCase.value === undefined) return 'Open a case first';
  if (chosenModel.value === undefined) return 'This server has no model that can propose';
  if (proposing.value !== undefined) return 'The model is at work';
  if (isInteractive.value && clicks.value.length === 0)
    return 'This model starts from clicks: click in the image first';
  return undefined;
});

/** Both for their buttons and for their keys. */
export function goToNext(): void {
  unlessInTheWay(nextObstacle.value, openNext);
}

export function askForProposal(): void {
  unlessInTheWay(proposeObstacle.value, propose);
}

export function startClicking(): void {
  tool.value = 'click';
}

export const progress = computed(() => `${labelledCount.value} of ${cases.value.length} labelled`);

function unlessInTheWay(obstacle: string | undefined, run: () => Promise<void>): void {
  if (obstacle === undefined) void run();
  else note(`${obstacle}.`);
}
