/** What the page calls a key, with Caps Lock on or off and on every keyboard. */

/** The part of a KeyboardEvent that counts. */
interface Press {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
}

/** Keys with a sign that other layouts have elsewhere, or not at all, by their place on a US keyboard. */
const placed: Readonly<Record<string, string>> = {
  BracketLeft: '[',
  BracketRight: ']',
  Equal: '+',
  Minus: '-',
};

/**
 * The names of a pressed key, the likelier first: letters are small, "Ctrl+" stands for Command too, and Shift counts
 * with it. Where the layout gives no Latin letter (Cyrillic, Greek, Hebrew …) the place of the key counts.
 */
export function namesOf(press: Press): string[] {
  const held = press.ctrlKey || press.metaKey;
  const prefix = held ? (press.shiftKey && /^.$/u.test(press.key) ? 'Ctrl+Shift+' : 'Ctrl+') : '';
  return [press.key.toLowerCase().length === 1 ? press.key.toLowerCase() : press.key, byPlace(press)]
    .filter((name) => name !== undefined)
    .map((name) => prefix + name);
}

function byPlace({ key, code, shiftKey }: Press): string | undefined {
  if (/^([a-z]|[^]{2,})$/i.test(key)) return undefined;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter !== undefined) return letter.toLowerCase();
  if (shiftKey) return undefined;
  return /^Digit(\d)$/.exec(code)?.[1] ?? placed[code];
}

const written: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  PageUp: 'Page Up',
  PageDown: 'Page Down',
  'Ctrl+Enter': 'Ctrl+↵',
};

/** "Ctrl+Z" for "Ctrl+z". */
export function keyText(name: string): string {
  return written[name] ?? name.replace(/(?<=^|\+)[a-z]$/, (letter) => letter.toUpperCase());
}
