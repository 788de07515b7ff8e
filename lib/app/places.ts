/** Where in an app's files an error comes from: what their authors need to know, and the server does not. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** "/apps/mine/models/liver.ts:12: keys is not defined"; without a place where none is known. `folder` has no links in it. */
export function sentenceWithPlace(error: unknown, folder: string): string {
  const sentence = error instanceof Error ? error.message : String(error);
  const transform = /^Transform failed.*\n(.+:\d+):\d+: ERROR: (.*)/.exec(sentence);
  if (transform) return `${transform[1]}: ${transform[2]}`;
  const place = placeOf(error, folder);
  return place === undefined ? sentence : `${place}: ${sentence}`;
}

function placeOf(error: unknown, folder: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const lines = error.stack?.split('\n') ?? [];
  for (const line of lines) {
    const place = placeInFrame(line, folder);
    if (place !== undefined) return place;
  }
  return placeOfImport(error.message) ?? (error instanceof SyntaxError ? placeOfBadSyntax(folder) : undefined);
}

/** Of "at build (/apps/mine/main.ts:5:16)" and, where a module could not be linked, of "/apps/mine/main.ts:5". */
function placeInFrame(line: string, folder: string): string | undefined {
  const frame = /^(?:\s+at (?:.*\()?(?:async )?)?((?:file:\/\/)?\/.*?)(?:\?[^:]*)?:(\d+)(?::\d+)?\)?$/.exec(line);
  if (!frame) return undefined;
  const [, where = '', number] = frame;
  const file = where.startsWith('file:') ? fileURLToPath(where) : where;
  return isOwnFile(file, folder) ? `${file}:${number}` : undefined;
}

function isOwnFile(file: string, folder: string): boolean {
  return file.startsWith(join(folder, '/')) && !file.slice(folder.length).includes('/node_modules/');
}

/** Node names the file that imports what is not there, but not the line. */
function placeOfImport(message: string): string | undefined {
  const [, missing, importer] = /^Cannot find (?:module|package) '(.+)' imported from (\/.+)$/.exec(message) ?? [];
  if (missing === undefined || importer === undefined || !existsSync(importer)) return undefined;
  const lines = readFileSync(importer, 'utf8').split('\n');
  const index = lines.findIndex((line) => line.includes(basename(missing)));
  return index < 0 ? importer : `${importer}:${index + 1}`;
}

/** Node's own errors of syntax, those of .js files, do not say where: its checker, in a process of its own, does. */
function placeOfBadSyntax(folder: string): string | undefined {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  for (const file of files.filter((each) => each.endsWith('.js') && isOwnFile(each, folder))) {
    const check = ['--input-type=module', '--check', '-'];
    const { stderr } = spawnSync(process.execPath, check, { input: readFileSync(file), encoding: 'utf8' });
    const number = /^\[stdin\]:(\d+)/.exec(stderr)?.[1];
    if (number !== undefined) return `${file}:${number}`;
  }
  return undefined;
}
