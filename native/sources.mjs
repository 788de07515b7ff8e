// Prints the sources of one part, for binding.gyp: the same folders that CMakeLists.txt globs.
//
//   node native/sources.mjs zlib | core | node

import { readdirSync } from 'node:fs';

const native = new URL('.', import.meta.url);

function filesIn(folder, suffix) {
  const names = readdirSync(new URL(folder, native)).filter((name) => name.endsWith(suffix));
  return names.sort().map((name) => `native/${folder}${name}`);
}

function foldersIn(folder) {
  const entries = readdirSync(new URL(folder, native), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => `${folder}${entry.name}/`);
}

const parts = {
  zlib: () => filesIn('third_party/zlib/', '.c'),
  core: () => foldersIn('core/').flatMap((folder) => filesIn(folder, '.cpp')),
  node: () => filesIn('node/', '.cpp'),
};

console.log(parts[process.argv[2]]().join('\n'));
