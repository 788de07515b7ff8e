// `npm start`: prepares what is missing, then serves. Options after `--` go to `start_server`; without an app and
// studies it serves the sample app on the sample data.

import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { reportAndExit } from './console.mjs';
import { packageRoot } from './build-native.mjs';
import { prepare, prepareSampleData } from './prepare.mjs';

async function start() {
  await prepare();
  const given = process.argv.slice(2);
  const names = (long, short) => given.some((word) => word === short || word === long || word.startsWith(`${long}=`));
  const defaults = [];
  if (!names('--app', '-a')) defaults.push('--app', path.join(packageRoot, 'apps', 'sample'));
  if (!names('--studies', '-s')) defaults.push('--studies', await prepareSampleData());
  const main = path.join(packageRoot, 'dist', 'lib', 'cli', 'main.js');
  process.argv = [process.execPath, main, 'start_server', ...defaults, ...given];
  await import(pathToFileURL(main).href);
}

start().catch(reportAndExit);
