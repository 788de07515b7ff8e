// `npm run fuzz -- <reader> <seconds>` looks for bytes that a reader of foreign files cannot stand; what it finds is kept in
// test/fuzz/<reader>/, where `npm test` runs it from then on. `npm run fuzz -- corpora` runs what is there.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, attempt, reportAndExit, run, say } from './console.mjs';
import { packageRoot } from './build-native.mjs';
import { findLibtorch } from './libtorch.mjs';
import { configureAndBuild } from './sanitized-build.mjs';

const corpora = path.join(packageRoot, 'test', 'fuzz');
/** The largest file that is tried: what a few kilobytes cannot do, more of them do not either. */
const nativeReaders = { nifti: 4096, nrrd: 4096, pickle: 2048, zip: 4096, weights: 8192 };
const typescriptReaders = ['multipart', 'catalogue'];

/** Of libtorch's own memory nothing is known to the leak checker, and what a reader loses it loses in a loop. */
const environment = {
  ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=0:max_allocation_size_mb=2048',
  UBSAN_OPTIONS: 'print_stacktrace=1',
};

/** Runs all files of test/fuzz through the native readers under AddressSanitizer and UBSan, where the compiler has them. */
export async function runCorpora(libtorch) {
  const compiler = process.env.CXX || 'c++';
  if (!(await compiles(compiler, ['-fsanitize=address,undefined'], 'int main() {}'))) {
    return say(`${compiler} has no sanitizers: the files of test/fuzz are not read under them`);
  }
  const folder = path.join(packageRoot, 'build', 'fuzz');
  await configureAndBuild({
    folder,
    libtorch,
    sanitizers: 'address,undefined,float-cast-overflow',
    target: 'fuzz_corpora',
    // Compiling is nearly all of the time.
    optimisation: '-O0',
    definitions: { NATIVE_FUZZ: 'ON' },
  });
  await run(path.join(folder, 'native', 'fuzz', 'fuzz_corpora'), [corpora], {
    env: environment,
    failure: 'a reader cannot stand the file of test/fuzz that is named above',
  });
}

/** Whether the compiler makes a program of `text` with these flags. */
async function compiles(compiler, flags, text) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'monailabel-'));
  try {
    const source = path.join(folder, 'program.cpp');
    writeFileSync(source, text);
    return (await attempt(compiler, [...flags, source, '-o', path.join(folder, 'program')])) !== undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function checkLibFuzzer(compiler) {
  const entry = 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }';
  if (!(await compiles(compiler, ['-fsanitize=fuzzer,address'], entry))) {
    throw new SetupError(
      `${compiler} is not here or has no libFuzzer (Debian: apt install clang libclang-rt-14-dev, in the version of clang)`,
    );
  }
}

async function fuzzNative(reader, seconds) {
  const compiler = process.env.FUZZ_CXX || 'clang++';
  await checkLibFuzzer(compiler);
  const folder = path.join(packageRoot, 'build', 'libfuzzer');
  await configureAndBuild({
    folder,
    libtorch: await findLibtorch(),
    sanitizers: 'address,undefined,float-cast-overflow',
    target: 'fuzz_readers',
    compiler,
    definitions: { NATIVE_FUZZ: 'ON', LIBFUZZER: 'ON' },
  });
  // What it learns stays between runs; what it finds goes to the files that are checked in.
  const learnt = path.join(folder, 'learnt', reader);
  const found = path.join(corpora, reader);
  mkdirSync(learnt, { recursive: true });
  const dictionary = path.join(packageRoot, 'native', 'fuzz', `${reader}.dict`);
  await run(
    path.join(folder, 'native', 'fuzz', 'fuzz_readers'),
    [
      learnt,
      found,
      `-artifact_prefix=${found}/`,
      `-max_total_time=${seconds}`,
      `-max_len=${nativeReaders[reader]}`,
      '-timeout=10',
      '-rss_limit_mb=4096',
      '-malloc_limit_mb=2048',
      '-print_final_stats=1',
      ...(existsSync(dictionary) ? [`-dict=${dictionary}`] : []),
    ],
    {
      env: { ...environment, MONAILABEL_READER: reader },
      failure: `${reader}: what was found is in test/fuzz/${reader}`,
    },
  );
}

async function fuzzTypeScript(reader, seconds) {
  const program = path.join(packageRoot, 'test', 'fixtures', 'fuzz.ts');
  await run(process.execPath, ['--import', 'tsx', program, reader, String(seconds)], {
    cwd: packageRoot,
    failure: `${reader}: what was found is in test/fuzz/${reader}`,
  });
}

async function main([reader, seconds = '60']) {
  if (reader === 'corpora') return runCorpora(await findLibtorch());
  if (!(Number(seconds) > 0)) throw new SetupError(`"${seconds}" is no number of seconds`);
  if (typescriptReaders.includes(reader)) return fuzzTypeScript(reader, Number(seconds));
  if (Object.hasOwn(nativeReaders, reader ?? '')) return fuzzNative(reader, Number(seconds));
  const names = [...Object.keys(nativeReaders), ...typescriptReaders, 'corpora'].join(', ');
  throw new SetupError(`npm run fuzz -- <reader> <seconds>; the readers are ${names}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2)).catch(reportAndExit);
