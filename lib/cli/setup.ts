import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Command } from 'commander';
import { userBuildFolder } from '../engine/load.js';
import { LabelError } from '../errors.js';
import { packageRoot } from '../package-root.js';

export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('Find or fetch libtorch and build the addon, for an installed package')
    .action(setup);
}

/** The same script that a clone uses, building into the user's data folder. */
async function setup(): Promise<void> {
  const script = path.join(packageRoot, 'scripts', 'build-native.mjs');
  const child = spawn(process.execPath, [script, '--out', userBuildFolder()], { stdio: 'inherit' });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new LabelError('UNSUPPORTED', 'setup did not finish; the line above says why');
}
