// `npm run test:sanitize`: the native tests under AddressSanitizer and UBSan, then those of the runtime and of training under
// ThreadSanitizer. `-- address` or `-- thread` does one of them; what follows goes to the test program (--test-case=…).

import path from 'node:path';
import { SetupError, reportAndExit, run, say } from './console.mjs';
import { packageRoot } from './build-native.mjs';
import { findLibtorch } from './libtorch.mjs';
import { configureAndBuild } from './sanitized-build.mjs';

const leaks = path.join(packageRoot, 'native', 'test', 'sanitize', 'leak.supp');

const kinds = {
  address: {
    sanitizers: 'address,undefined,float-cast-overflow',
    args: [],
    env: {
      ASAN_OPTIONS: 'detect_stack_use_after_return=1:strict_string_checks=1',
      LSAN_OPTIONS: `suppressions=${leaks}:print_suppressions=0`,
      UBSAN_OPTIONS: 'print_stacktrace=1',
    },
  },
  thread: {
    sanitizers: 'thread',
    args: ['--source-file=*/test/runtime/*,*/test/training/*'],
    env: {
      // One thread for libtorch's loops: its OpenMP runtime synchronises in ways that the sanitizer cannot see.
      OMP_NUM_THREADS: '1',
      // What libtorch, itself not compiled for it, does to memory is left out; no suppression is needed.
      TSAN_OPTIONS: 'ignore_noninstrumented_modules=1:second_deadlock_stack=1',
    },
  },
};

async function test(name, libtorch, more) {
  const { sanitizers, args, env } = kinds[name];
  const folder = path.join(packageRoot, 'build', `sanitize-${name}`);
  say(`building with -fsanitize=${sanitizers} in ${path.relative(packageRoot, folder)} (long the first time) …`);
  await configureAndBuild({
    folder,
    libtorch,
    sanitizers,
    target: 'core_tests',
    definitions: { NATIVE_TESTS: 'ON' },
  });
  say(`native tests with -fsanitize=${sanitizers} …`);
  await run(path.join(folder, 'core_tests'), [...args, ...more], {
    cwd: packageRoot,
    env,
    failure: `a test failed with -fsanitize=${sanitizers}, or the sanitizer found something`,
  });
}

async function main([kind, ...more]) {
  const libtorch = await findLibtorch();
  if (kind !== undefined && !Object.hasOwn(kinds, kind)) {
    throw new SetupError('npm run test:sanitize [-- address|thread [arguments of the test program]]');
  }
  for (const name of kind === undefined ? Object.keys(kinds) : [kind]) await test(name, libtorch, more);
}

main(process.argv.slice(2)).catch(reportAndExit);
