import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';
import envPaths from 'env-paths';
import { LabelError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import type { Addon } from './addon.js';

/** Node-API that the addon is built for; package.json binary.napi_versions. */
const napiVersion = 9;

/** Where `monailabel setup` builds, for a package whose own folder is not the user's to write. */
export function userBuildFolder(): string {
  return path.join(envPaths('monailabel', { suffix: '' }).data, 'build');
}

/** Where the addon may lie, first choice first: named by MONAILABEL_ADDON, built in a clone, built by `monailabel setup`. */
function addonPaths(): string[] {
  const named = process.env['MONAILABEL_ADDON'];
  if (named) return [path.resolve(named)];
  return [
    path.join(packageRoot, 'build', 'Release', 'monailabel.node'),
    path.join(userBuildFolder(), 'Release', 'monailabel.node'),
  ];
}

function unusable(message: string, cause?: unknown): LabelError {
  return new LabelError('UNSUPPORTED', message, { status: 500, cause });
}

let stopsAtExit = false;

/** Loads the addon. Throws a LabelError that names the one thing to do when there is none or it is broken. */
export function loadAddon(): Addon {
  const addon = load();
  if (isMainThread && !stopsAtExit) process.once('exit', (code) => addon.stopJobs(code));
  stopsAtExit = true;
  return addon;
}

function load(): Addon {
  if (Number(process.versions.napi) < napiVersion) {
    throw unusable(`this is Node ${process.versions.node}; the native part needs Node 20.19 or newer`);
  }
  const found = addonPaths().find((file) => existsSync(file));
  if (found === undefined) {
    throw unusable(`the native part is not built (looked for ${addonPaths().join(' and ')}); run \`monailabel setup\``);
  }
  try {
    return createRequire(import.meta.url)(found) as Addon;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw unusable(`the native part ${found} does not load (${reason}); run \`monailabel setup\``, error);
  }
}
