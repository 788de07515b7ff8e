/** What a person has set up at this page and finds again after a reload. */

import { effect, type Signal } from '@preact/signals-core';
import { brushRadius, model, opacity, outline, showsRender, strategy } from './store.js';

const remembered: Readonly<Record<string, Signal<string> | Signal<number> | Signal<boolean>>> = {
  model,
  strategy,
  brushRadius,
  opacity,
  outline,
  showsRender,
};

/** Call once. */
export function startRemembering(): void {
  for (const [name, choice] of Object.entries(remembered)) {
    const before = read(`choice ${name}`);
    // What this page did not write, or wrote in an earlier version, is passed over.
    if (typeof before === typeof choice.peek()) (choice as Signal<unknown>).value = before;
    effect(() => localStorage.setItem(`choice ${name}`, JSON.stringify(choice.value)));
  }
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return undefined;
  }
}
