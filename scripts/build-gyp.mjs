// Builds the addon a second way, through binding.gyp, into build/gyp/build/Release/monailabel.node.

import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { checkTools, packageRoot } from './build-native.mjs';
import { reportAndExit, run } from './console.mjs';
import { findLibtorch } from './libtorch.mjs';

/** node-gyp always writes to ./build, where CMake builds: it works in a folder of links to the same sources. */
function workFolder() {
  const folder = path.join(packageRoot, 'build', 'gyp');
  mkdirSync(folder, { recursive: true });
  for (const name of ['binding.gyp', 'native', 'package.json']) {
    rmSync(path.join(folder, name), { force: true });
    symlinkSync(path.join(packageRoot, name), path.join(folder, name));
  }
  return folder;
}

/** Where this Node has its headers, if it came with them; without them node-gyp downloads. */
function headers() {
  const prefix = path.dirname(path.dirname(process.execPath));
  return existsSync(path.join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

async function build() {
  await checkTools();
  const libtorch = await findLibtorch();
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  const jobs = Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / 2 ** 31)));
  await run(process.execPath, [nodeGyp, 'configure', 'build', `--jobs=${jobs}`, ...headers()], {
    cwd: workFolder(),
    env: { LIBTORCH: libtorch },
    failure: 'the native part could not be built through binding.gyp; the first error above says why',
  });
}

build().catch(reportAndExit);
