// What the set-up says, and how it runs other programs. No dependency: this runs before anything is installed.

import { spawn } from 'node:child_process';

/** Ends the set-up with one sentence that says what to do, without a stack. */
export class SetupError extends Error {}

export function say(line) {
  process.stderr.write(`monailabel: ${line}\n`);
}

/** Prints a SetupError as its sentence and any other error in full, then leaves with status 1. */
export function reportAndExit(error) {
  if (error instanceof SetupError) say(error.message);
  else process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(1);
}

/**
 * Runs a program and shows its output as it comes (`quiet`: only if it fails). Resolves with what it wrote to stdout
 * when `capture` is set. Rejects with a SetupError `failure` when it cannot start or ends badly.
 */
export function run(command, args, { cwd, env, quiet = false, capture = false, failure } = {}) {
  return new Promise((resolve, reject) => {
    const silent = quiet || capture;
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', silent ? 'pipe' : 2, silent ? 'pipe' : 2],
    });
    let output = '';
    let errors = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (errors += chunk));
    const fail = (reason) => {
      if (quiet && !capture) process.stderr.write(output + errors);
      reject(new SetupError(failure ?? `${command} ${args.join(' ')} failed: ${reason}`));
    };
    child.on('error', (error) => fail(error.message));
    child.on('close', (code, signal) => (code === 0 ? resolve(output) : fail(signal ?? `status ${code}`)));
  });
}

/** The same, answering undefined instead of rejecting: for looking whether something is there. */
export async function attempt(command, args, options) {
  try {
    return await run(command, args, { capture: true, ...options });
  } catch {
    return undefined;
  }
}
