/** Reads main.ts or main.js of an app's folder, wherever it lies; `import … from 'monailabel'` there means this package. */

import { existsSync, realpathSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import { LabelError } from '../errors.js';
import * as publicApi from '../index.js';
import { appFileFaults, type AppFile } from './app-file.js';
import type { HookedApp } from './package-hook.js';
import { sentenceWithPlace } from './places.js';

/** Folders whose files the module hook knows; hooks cannot be taken back. */
const hookedFolders = new Set<string>();

const packageUrl = makePackageUrl();

/** Throws NOT_FOUND when there is no app, INVALID_INPUT when it cannot be loaded or is not one. */
export async function importApp(folder: string): Promise<AppFile> {
  const name = ['main.ts', 'main.js'].find((each) => existsSync(join(folder, each)));
  if (name === undefined) {
    throw new LabelError('NOT_FOUND', `There is no app in ${folder}: it needs a main.ts or main.js`);
  }
  // Node names modules by their real paths.
  const realFolder = realpathSync(folder);
  const main = join(realFolder, name);
  hookModules(realFolder);
  let module: { readonly default?: unknown };
  try {
    module = (await tsImport(pathToFileURL(main).href, {
      parentURL: import.meta.url,
      tsconfig: false,
    })) as typeof module;
  } catch (error) {
    const sentence = sentenceWithPlace(error, realFolder);
    throw new LabelError('INVALID_INPUT', `The app ${realFolder} cannot be loaded: ${sentence}`, { cause: error });
  }
  const faults = appFileFaults(module.default);
  if (faults !== undefined) {
    const message = `${main} does not export an app (export default defineApp({ … })): ${faults}`;
    throw new LabelError('INVALID_INPUT', message);
  }
  return module.default as AppFile;
}

/**
 * What `import … from 'monailabel'` of an app means. tsx loads every file that an app imports anew, so the package would
 * have other classes there than in the server; a module without a file hands over the server's own.
 */
function makePackageUrl(): string {
  const key = 'monailabel.publicApi';
  Reflect.set(globalThis, Symbol.for(key), publicApi);
  const text = `export const { ${Object.keys(publicApi).join(', ')} } = globalThis[Symbol.for('${key}')];`;
  return `data:text/javascript,${encodeURIComponent(text)}`;
}

function hookModules(folder: string): void {
  if (hookedFolders.has(folder)) return;
  hookedFolders.add(folder);
  const data: HookedApp = { package: packageUrl, folder: `${pathToFileURL(folder).href}/` };
  register('./package-hook.js', { parentURL: import.meta.url, data });
}
