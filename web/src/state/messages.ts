import { computed } from '@preact/signals-core';
import { ApiError } from '../api/request.js';
import { connection, message, proposal, proposing, revision, submission, type Message } from './store.js';

/** Notes that ask for nothing go by themselves, milliseconds. */
const noteTime = 6000;

/** Whether what a message says has been overtaken by what was done since. */
const outdated = new WeakMap<Message, () => boolean>();

/** What is to be read now. */
export const shownMessage = computed(() => {
  const now = message.value;
  return now === undefined || outdated.get(now)?.() === true ? undefined : now;
});

/** One with an action stays until somebody goes on painting. */
export function note(text: string, action?: Message['action']): void {
  const shown: Message = { kind: 'note', text, ...(action && { action }) };
  const before = revision.peek();
  outdated.set(shown, () => action !== undefined && revision.value !== before);
  message.value = shown;
  if (action !== undefined) return;
  setTimeout(() => {
    if (message.peek() === shown) message.value = undefined;
  }, noteTime);
}

/** Says what went wrong and offers to try again. What we stopped ourselves is no failure. */
export function report(what: string, error: unknown, again?: () => void): void {
  if (error instanceof ApiError && error.kind === 'aborted') return;
  if (error instanceof ApiError && error.kind === 'offline') connection.value = 'offline';
  const reason = inPlainWords(error instanceof Error ? error.message : String(error));
  const shown: Message = {
    kind: 'error',
    text: `${what}: ${reason}`,
    ...(again && { action: { title: 'Try again', run: again } }),
  };
  outdated.set(shown, successOfTheSame());
  message.value = shown;
}

export function dismiss(): void {
  message.value = undefined;
}

/** An error of a proposal or a submission stays until the next one succeeds, all others until they are closed. */
function successOfTheSame(): () => boolean {
  if (proposing.peek() !== undefined) {
    const before = proposal.peek();
    return () => proposal.value !== undefined && proposal.value !== before;
  }
  if (['sending', 'failed'].includes(submission.peek().state)) return () => submission.value.state === 'stored';
  return () => false;
}

/** The server also answers programs, and names addresses to them that say nothing to a person at this page. */
function inPlainWords(reason: string): string {
  return reason.replace(/ \(POST \/train\/[^)]*\)/g, '');
}
