import { ApiError } from '../api/request.js';
import { connection, message, type Message } from './store.js';

/** Notes that ask for nothing go by themselves, milliseconds. */
const noteTime = 6000;

export function note(text: string, action?: Message['action']): void {
  const shown: Message = { kind: 'note', text, ...(action && { action }) };
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
  const reason = error instanceof Error ? error.message : String(error);
  message.value = {
    kind: 'error',
    text: `${what}: ${reason}`,
    ...(again && { action: { title: 'Try again', run: again } }),
  };
}

export function dismiss(): void {
  message.value = undefined;
}
