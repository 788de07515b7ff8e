// Builds the addon (and the native test and bench programs) with cmake-js.

import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SetupError, attempt, reportAndExit, run, say } from './console.mjs';
import { findLibtorch } from './libtorch.mjs';

export const packageRoot = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Rejects with one sentence that names the first missing tool. */
export async function checkTools() {
  const needs = [
    ['cmake', 'CMake 3.18 or newer (Debian, Ubuntu: apt install cmake)'],
    [process.env.CXX || 'c++', 'a C++20 compiler (Debian, Ubuntu: apt install g++)'],
    [process.env.CMAKE_GENERATOR === 'Ninja' ? 'ninja' : 'make', 'make (Debian, Ubuntu: apt install make)'],
  ];
  for (const [tool, what] of needs) {
    if ((await attempt(tool, ['--version'])) === undefined) throw new SetupError(`install ${what}, then start again`);
  }
}

/**
 * Builds into `folder` and resolves with the path of the addon. `tests` builds the native test program too, `bench` the one
 * of the benchmarks.
 * CMake itself leaves out what is current.
 */
export async function buildAddon({ libtorch, folder = path.join(packageRoot, 'build'), tests = false, bench = false }) {
  const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
  // Every compilation takes about a gigabyte: no more at once than the memory holds.
  const jobs = Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / 2 ** 31)));
  const options = ['--directory', packageRoot, '--out', folder];
  const onOff = (on) => (on ? 'ON' : 'OFF');
  const definitions = [
    `--CDLIBTORCH=${libtorch}`,
    `--CDNATIVE_TESTS=${onOff(tests)}`,
    `--CDNATIVE_BENCH=${onOff(bench)}`,
  ];
  const failure = 'the native part could not be built; the first error above says why';
  // `build` alone would keep the definitions of the last time.
  await run(process.execPath, [cmakeJs, 'configure', ...options, ...definitions], {
    cwd: packageRoot,
    failure,
    quiet: true,
  });
  await run(process.execPath, [cmakeJs, 'build', ...options, ...definitions, '--parallel', String(jobs)], {
    cwd: packageRoot,
    failure,
  });
  return path.join(folder, 'Release', 'monailabel.node');
}

// As a program: `--out <folder>` builds elsewhere (monailabel setup), `--tests` builds the test and bench programs too.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, tests: { type: 'boolean' } } });
  try {
    await checkTools();
    const { out: folder, tests } = values;
    const addon = await buildAddon({ libtorch: await findLibtorch(), folder, tests, bench: tests });
    say(`built ${addon}`);
  } catch (error) {
    reportAndExit(error);
  }
}
