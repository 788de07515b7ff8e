// The C++ part of `npm run lint`: clang-format and clang-tidy, where they are installed.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { attempt, reportAndExit, run, say } from './console.mjs';
import { packageRoot } from './build-native.mjs';
import { findLibtorch } from './libtorch.mjs';

function sourcesBelow(folder) {
  return readdirSync(path.join(packageRoot, folder), { recursive: true })
    .filter((name) => /\.[ch]pp$/.test(name))
    .map((name) => path.join(folder, name))
    .sort();
}

async function isHere(tool) {
  if ((await attempt(tool, ['--version'])) !== undefined) return true;
  say(`${tool} is not installed: left out (Debian: apt install ${tool})`);
  return false;
}

async function format(files) {
  if (!(await isHere('clang-format'))) return;
  const failure = 'run `clang-format -i` on the files above';
  await run('clang-format', ['--dry-run', '--Werror', ...files], { cwd: packageRoot, failure });
}

/** The core as one file: most of the time would go into libtorch's headers, once for each. */
async function tidy() {
  if (!(await isHere('clang-tidy'))) return;
  const libtorch = await findLibtorch();
  const folder = path.join(packageRoot, 'build', 'tidy');
  const sources = sourcesBelow('native/core').filter((name) => name.endsWith('.cpp'));
  // It is compiled for several processors, by itself.
  const together = sources.filter((name) => path.basename(name) !== 'narrow_kernels.cpp');
  mkdirSync(folder, { recursive: true });
  const whole = path.join(folder, 'core.cpp');
  writeFileSync(whole, together.map((name) => `#include "${path.join(packageRoot, name)}"\n`).join(''));
  const foreign = [
    path.join(packageRoot, 'native/third_party'),
    path.join(packageRoot, 'native/third_party/zlib'),
    path.join(libtorch, 'include'),
    path.join(libtorch, 'include/torch/csrc/api/include'),
  ];
  const flags = [
    '-std=c++20',
    `-I${path.join(packageRoot, 'native/core')}`,
    ...foreign.flatMap((each) => ['-isystem', each]),
  ];
  await run('clang-tidy', ['--quiet', whole, '--', ...flags], {
    cwd: packageRoot,
    failure: 'clang-tidy found the errors above',
  });
}

async function lint() {
  await format(['core', 'node', 'test', 'fuzz', 'bench'].flatMap((part) => sourcesBelow(`native/${part}`)));
  await tidy();
}

lint().catch(reportAndExit);
