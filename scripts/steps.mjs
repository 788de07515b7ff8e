// Set-up steps that are left out when nothing they depend on has changed since they last succeeded.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { say } from './console.mjs';

/** All files below the given files and folders, sorted. */
function filesOf(root, inputs) {
  const files = [];
  const visit = (file) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (!stat.isDirectory()) files.push(file);
    else for (const name of readdirSync(file).sort()) visit(path.join(file, name));
  };
  for (const input of inputs) visit(path.resolve(root, input));
  return files;
}

function fingerprint(root, inputs, extra) {
  const hash = createHash('sha256').update(extra);
  for (const file of filesOf(root, inputs))
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

/**
 * Runs `action` unless it succeeded before with the same inputs (contents) and the same `extra`, and its `outputs` exist.
 * What is remembered lies in build/steps.json.
 */
export async function step(root, name, { title, inputs, outputs, extra = '' }, action) {
  const memory = path.join(root, 'build', 'steps.json');
  const steps = existsSync(memory) ? JSON.parse(readFileSync(memory, 'utf8')) : {};
  const now = fingerprint(root, inputs, extra);
  if (steps[name] === now && outputs.every((output) => existsSync(path.resolve(root, output)))) return false;
  say(title);
  const start = Date.now();
  await action();
  mkdirSync(path.dirname(memory), { recursive: true });
  const latest = existsSync(memory) ? JSON.parse(readFileSync(memory, 'utf8')) : {};
  writeFileSync(memory, JSON.stringify({ ...latest, [name]: now }, null, 1));
  say(`  done in ${((Date.now() - start) / 1000).toFixed(0)} s`);
  return true;
}
