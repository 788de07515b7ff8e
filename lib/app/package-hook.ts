/**
 * A module hook for apps, run on Node's loader thread. In any folder, `monailabel` is this very package; and the files of
 * an app are ES modules also where no package.json says so.
 */

import type { ResolveHook } from 'node:module';

export interface HookedApp {
  /** URL of what apps import as the package. */
  readonly package: string;
  /** URL of the app's folder, with a slash at its end. */
  readonly folder: string;
}

const apps: HookedApp[] = [];

export function initialize(app: HookedApp): void {
  apps.push(app);
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  if (specifier === 'monailabel' && apps[0] !== undefined) return { url: apps[0].package, shortCircuit: true };
  const resolved = await next(specifier, context);
  return isAppModule(resolved.url) && resolved.format == null ? { ...resolved, format: 'module' } : resolved;
};

function isAppModule(url: string): boolean {
  const app = apps.find(({ folder }) => url.startsWith(folder));
  return app !== undefined && /^(?!.*node_modules\/).*\.[jt]s(\?|$)/.test(url.slice(app.folder.length));
}
