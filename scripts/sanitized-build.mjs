// Builds a part of the native code with sanitizers, in a folder of its own.

import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { attempt, run } from './console.mjs';
import { packageRoot } from './build-native.mjs';

/**
 * `sanitizers` as -fsanitize takes them. A build that is there is continued: give another compiler or other sanitizers
 * another folder. SANITIZE_JOBS says how many files are compiled at once.
 */
export async function configureAndBuild({
  folder,
  libtorch,
  sanitizers,
  target,
  compiler,
  optimisation = '-O1',
  definitions = {},
}) {
  const all = {
    LIBTORCH: libtorch,
    SANITIZERS: sanitizers,
    NATIVE_BENCH: 'OFF',
    NATIVE_TESTS: 'OFF',
    CMAKE_CXX_FLAGS_RELEASE: `${optimisation} -DNDEBUG`,
    ...(compiler && { CMAKE_CXX_COMPILER: compiler, CMAKE_C_COMPILER: compiler.replace(/\+\+/, '') }),
    ...definitions,
  };
  const ninja = !existsSync(path.join(folder, 'CMakeCache.txt')) && (await attempt('ninja', ['--version']));
  await run(
    'cmake',
    [
      ...['-S', packageRoot, '-B', folder, ...(ninja ? ['-G', 'Ninja'] : [])],
      ...Object.entries(all).map(([name, value]) => `-D${name}=${value}`),
    ],
    { quiet: true, failure: 'the build with sanitizers could not be set up' },
  );
  // Every compilation takes more than a gigabyte.
  const most = Math.min(os.availableParallelism(), Math.floor(os.totalmem() / 2 ** 31.6));
  const jobs = process.env.SANITIZE_JOBS || String(Math.max(1, most));
  await run('cmake', ['--build', folder, '--target', target, '--parallel', jobs], {
    failure: 'the native code could not be built with sanitizers; the first error above says why',
  });
}
