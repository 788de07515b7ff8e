import { z } from 'zod';

/** One entry of a 422's `detail`, as FastAPI words it. */
export interface Problem {
  readonly type: string;
  /** Where: "query", "path" or "body", then the field. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, string>>;
}

/** A request that does not say what its route needs; answered with 422. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map((problem) => `${problem.loc.join('.')}: ${problem.msg}`).join('; '));
  }
}

/** Characters. */
const longestEcho = 200;
/** Of objects and lists in one another: whatever walks through what was sent later on may do so by recursion. */
const deepestJson = 100;

export type Place = 'path' | 'query' | 'body';

/** Parses what arrived at `place`; throws ValidationError with one problem for each field. */
export function validate<Schema extends z.ZodType>(schema: Schema, place: Place, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  throw new ValidationError(result.error.issues.map((issue) => toProblem(issue, place)));
}

/** Parses JSON text; `loc` is the field in front of the position of the fault. */
export function parseJson(text: string, ...loc: string[]): unknown {
  try {
    return parseShallow(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const position = Number(/position (\d+)/.exec(reason)?.[1] ?? 0);
    const problem = { type: 'json_invalid', msg: 'JSON decode error', input: {}, ctx: { error: reason } };
    throw new ValidationError([{ ...problem, loc: ['body', ...loc, position] }]);
  }
}

/** JSON.parse, which also throws for what is nested too deeply. */
export function parseShallow(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  let level = [value].filter(isObject);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > deepestJson) throw new SyntaxError(`nested more than ${deepestJson} levels deep`);
    level = level.flatMap((each) => Object.values(each).filter(isObject));
  }
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function toProblem(issue: z.core.$ZodIssue, place: Place): Problem {
  const loc = [place, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
  const input = echoed(issue.input);
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return { type: 'missing', loc, msg: 'Field required', input: null };
  }
  if (issue.code === 'invalid_type' && (issue.expected === 'record' || issue.expected === 'object')) {
    return { type: 'dict_type', loc, msg: 'Input should be a valid dictionary', input };
  }
  if (issue.code === 'invalid_value' && 'expected' in issue && issue.expected === 'stringbool') {
    return { type: 'bool_parsing', loc, msg: 'Input should be a valid boolean, unable to interpret input', input };
  }
  if (issue.code === 'invalid_value') {
    const expected = wordList(issue.values.map((value) => `'${String(value)}'`));
    return { type: 'enum', loc, msg: `Input should be ${expected}`, input, ctx: { expected } };
  }
  return { type: 'value_error', loc, msg: issue.message, input };
}

/** What was sent, or its beginning: a refusal is no place for megabytes. */
function echoed(input: unknown): unknown {
  const text = JSON.stringify(input) ?? 'null';
  return text.length > longestEcho ? `${text.slice(0, longestEcho)}…` : (input ?? null);
}

/** ["a", "b", "c"] → "a, b or c". */
function wordList(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
