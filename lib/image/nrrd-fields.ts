/** The lines of an NRRD header (https://teem.sourceforge.net/nrrd/format.html) and the words in them. */

import { LabelError } from '../errors.js';

export class NrrdFields {
  readonly #fields = new Map<string, string>();
  readonly #keyValues = new Map<string, string>();

  constructor(text: string) {
    const [, ...lines] = text.split('\n');
    for (const line of lines.map((each) => each.replace(/\r$/, ''))) {
      if (line.startsWith('#')) continue;
      const field = line.indexOf(': ');
      const pair = line.indexOf(':=');
      if (pair >= 0 && (field < 0 || pair < field)) {
        this.#keyValues.set(unescaped(line.slice(0, pair)), unescaped(line.slice(pair + 2)));
      } else if (field >= 0) {
        // NRRD allows most names with and without their blank.
        this.#fields.set(line.slice(0, field).toLowerCase().replaceAll(' ', ''), line.slice(field + 2).trim());
      }
    }
  }

  /** The `key:=value` lines. */
  get keyValues(): ReadonlyMap<string, string> {
    return this.#keyValues;
  }

  has(name: string): boolean {
    return this.#fields.has(name.replaceAll(' ', ''));
  }

  /** Empty where there is none. */
  text(name: string): string {
    return this.#fields.get(name.replaceAll(' ', '')) ?? '';
  }

  lowerCase(name: string): string {
    return this.text(name).toLowerCase();
  }

  /** "(1, 0, 0)" is one word although it has blanks in it. */
  words(name: string): string[] {
    return this.text(name).match(/\([^)]*\)|[^\s()]+/g) ?? [];
  }
}

/** Undefined for what is no number; NaN is one, for "nothing". */
export function numberOf(text: string): number | undefined {
  if (/^[+-]?nan$/i.test(text)) return NaN;
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  return isNumber && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** "(1,0,0)" → a vector; undefined for "none" and for one of NaN. */
export function vectorOf(text: string, path: string): number[] | undefined {
  if (text.toLowerCase() === 'none') return undefined;
  const inside = /^\((.*)\)$/.exec(text)?.[1];
  const parts = inside?.split(',').map((part) => numberOf(part.trim())) ?? [undefined];
  const vector = parts.map((part) => part ?? invalid(path, `"${text}" is not a vector`));
  return vector.every(Number.isNaN) ? undefined : vector;
}

export function invalid(path: string, what: string): never {
  throw new LabelError('INVALID_FILE', `${path}: ${what}`);
}

export function unsupported(path: string, what: string): never {
  throw new LabelError('UNSUPPORTED', `${path}: ${what}`);
}

function unescaped(text: string): string {
  return text.replace(/\\([n\\])/g, (_, escaped) => (escaped === 'n' ? '\n' : '\\'));
}
