import { cpSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { LabelError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { writeTsconfig } from './app-types.js';
import { prefixOption } from './foreign-options.js';
import { printTable } from './table.js';

const folder = path.join(packageRoot, 'apps');
/** What a running app makes in its folder: logs, and in `model` all but the weights that belong to it. */
const made = /^(logs|node_modules|model[/\\](?!pretrained_))/;

interface AppsOptions {
  readonly download?: boolean;
  readonly name?: string;
  readonly output: string;
}

export function addApps(program: Command): void {
  program
    .command('apps')
    .description('List the sample apps, or copy one')
    .option('-d, --download', 'copy the app that --name names')
    .option('-n, --name <name>', 'name of the app')
    .option('-o, --output <folder>', 'where its folder is put', '.')
    .addOption(prefixOption)
    .action((options: AppsOptions) => {
      const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      const apps = names.map(({ name }) => [name, path.join(folder, name)] as const);
      if (options.download !== true) return printTable('Available Apps are:', apps);
      console.log(`${options.name} is copied at: ${copyApp(new Map(apps), options)}`);
    });
}

function copyApp(apps: ReadonlyMap<string, string>, { name = '', output }: AppsOptions): string {
  const source = apps.get(name);
  if (source === undefined) {
    throw new LabelError('NOT_FOUND', `--name must be one of: ${[...apps.keys()].join(', ')}`);
  }
  const target = path.resolve(output, name);
  if (existsSync(target)) throw new LabelError('INVALID_INPUT', `${target} exists already`);
  cpSync(source, target, { recursive: true, filter: (from) => !made.test(path.relative(source, from)) });
  writeTsconfig(target);
  return target;
}
