import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../package-root.js';

/** What an editor needs to know `monailabel` in an app that lies anywhere; the server itself does not read it. */
export function writeTsconfig(appFolder: string): void {
  const file = path.join(appFolder, 'tsconfig.json');
  if (existsSync(file)) return;
  const compilerOptions = {
    target: 'ES2022',
    module: 'ESNext',
    moduleResolution: 'Bundler',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    paths: { monailabel: [path.join(packageRoot, 'dist', 'lib', 'index.d.ts')] },
  };
  writeFileSync(file, `${JSON.stringify({ compilerOptions }, undefined, 2)}\n`);
}
