import { ApiError } from '../api/request.js';
import { connection, message, type Message } from './store.js';

export function note(text: string, action?: Message['action']): void {
  message.value = { kind: 'note', text, ...(action && { action }) };
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
