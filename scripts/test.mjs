// `npm test`: prepares what is missing, then lint, the native tests and the tests of the TypeScript side.

import path from 'node:path';
import { reportAndExit, run, say } from './console.mjs';
import { packageRoot } from './build-native.mjs';
import { runCorpora } from './fuzz.mjs';
import { prepare } from './prepare.mjs';

const bin = (name, script) => path.join(packageRoot, 'node_modules', name, script);

async function test() {
  const libtorch = await prepare({ tests: true });
  const node = (args, failure) => run(process.execPath, args, { cwd: packageRoot, failure });
  say('lint …');
  await node([bin('eslint', 'bin/eslint.js'), '.'], 'eslint found the errors above');
  await node(
    [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    'run `npx prettier --write .`',
  );
  await node([bin('knip', 'bin/knip.js')], 'knip found the unused code above');
  say('native tests …');
  await run(path.join(packageRoot, 'build', 'core_tests'), [], { cwd: packageRoot, failure: 'native tests failed' });
  say('the readers with the files of test/fuzz, under sanitizers …');
  await runCorpora(libtorch);
  say('tests of the server …');
  await node([bin('mocha', 'bin/mocha.js')], 'tests failed');
  say('all tests passed');
}

test().catch(reportAndExit);
