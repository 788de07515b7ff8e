// Everything between a fresh clone and a program that runs; each step is left out when it is current.

import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { SetupError, run, say } from './console.mjs';
import { buildAddon, checkTools, packageRoot } from './build-native.mjs';
import { findLibtorch, libtorchVersion } from './libtorch.mjs';
import { step } from './steps.mjs';

const root = packageRoot;
const nativeSources = ['native/core', 'native/node', 'native/third_party', 'CMakeLists.txt'];

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`this is Node ${process.versions.node}; install Node 20.19 or newer, then start again`);
  }
}

function npm(args, options) {
  return run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd: root, ...options });
}

/** `tests`: also the native test program. Resolves with the folder of libtorch. */
export async function prepare({ tests = false } = {}) {
  checkNode();
  mkdirSync(path.join(root, 'build'), { recursive: true });
  await step(
    root,
    'packages',
    {
      title: 'installing the packages of the lock file …',
      inputs: ['package-lock.json'],
      outputs: ['node_modules/koa'],
    },
    () => npm(['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']),
  );

  await checkTools();
  const libtorch = await findLibtorch();
  const native = {
    title: `building the native part against libtorch ${libtorchVersion(libtorch)} in ${libtorch} (some minutes the first time) …`,
    inputs: tests ? [...nativeSources, 'native/test'] : nativeSources,
    outputs: tests ? ['build/Release/monailabel.node', 'build/core_tests'] : ['build/Release/monailabel.node'],
    extra: libtorch + libtorchVersion(libtorch) + process.version,
  };
  await step(root, tests ? 'native tests' : 'native', native, () => buildAddon({ libtorch, tests }));

  await step(
    root,
    'typescript',
    {
      title: 'compiling TypeScript …',
      inputs: ['lib', 'apps', 'test', 'bench', 'web/src/labelmap', 'tsconfig.json', 'package-lock.json'],
      outputs: ['dist/lib/index.js'],
    },
    () =>
      run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b'], {
        cwd: root,
        failure: 'TypeScript found the errors above',
      }),
  );

  await step(
    root,
    'page',
    {
      title: 'building the annotation page …',
      inputs: ['web', 'lib/app/answers.ts', 'lib/engine/types.ts', 'lib/jobs/task.ts', 'package-lock.json'],
      outputs: ['dist/page/index.html'],
    },
    async () => {
      const inRoot = { cwd: root, failure: 'the annotation page could not be built' };
      await run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'web'], inRoot);
      const vite = path.join(root, 'node_modules/vite/bin/vite.js');
      await run(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'], inRoot);
    },
  );
  return libtorch;
}

/** Ten phantoms, six of them labelled, in sample-data/. */
export async function prepareSampleData() {
  const folder = path.join(root, 'sample-data');
  if (existsSync(path.join(folder, 'datastore_v2.json'))) return folder;
  say('making the sample data (ten CT phantoms) …');
  await run(process.execPath, [path.join(root, 'dist/lib/cli/main.js'), 'sample_data', '--output', folder], {
    cwd: root,
  });
  return folder;
}
