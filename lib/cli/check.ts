import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { LoadedModel } from '../app/loaded-model.js';
import { readApp } from '../app/read-app.js';
import { Engine } from '../engine/engine.js';
import type { OperationRunner } from '../engine/types.js';
import { existingFolder, pairs } from './arguments.js';
import { environmentIn, readSettings } from './settings.js';

interface CheckOptions {
  readonly app?: string;
  readonly conf?: readonly string[];
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .description("Say what is wrong with an app's files, models and weights, without serving it")
    .option('-a, --app <folder>', 'folder of the app')
    .option('-c, --conf <key value...>', 'a setting of the app, repeatable; without "models" all are checked')
    .action(check);
}

async function check(options: CheckOptions): Promise<void> {
  const settings = readSettings(environmentIn(process.cwd()));
  const folder = existingFolder('--app', options.app ?? settings.MONAI_LABEL_APP_DIR);
  const conf = { models: 'all', ...settings.MONAI_LABEL_APP_CONF, ...pairs(options.conf ?? []) };
  const engine = new Engine();
  try {
    const app = await readApp(folder, conf, engine);
    console.log(`app       ${app.file.name} ${app.file.version}, ${app.folder}`);
    for (const key of app.unused) console.log(`conf      ${key} has no effect on this app`);
    const problems = [...app.faults];
    for (const model of app.models.values()) problems.push(...(await checkWeights(model, engine)));
    for (const problem of problems) console.log(`to fix:   ${problem}`);
    if (problems.length === 0) console.log('everything is right');
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    await engine.close();
  }
}

/** Resolves with a sentence for each weight file that cannot be used. */
async function checkWeights({ name, model, weights }: LoadedModel, engine: OperationRunner): Promise<string[]> {
  console.log(`model     ${name}: ${model.description}`);
  const problems = [];
  for (const path of [weights.published, weights.pretrained].filter((each) => existsSync(each))) {
    try {
      const { network } = model;
      const { parameters } = await engine.run('inspectWeights', { path, ...(network && { network }) });
      console.log(`weights   ${path}: ${parameters} parameters`);
    } catch (error) {
      problems.push(`model ${name}: ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return problems;
}
