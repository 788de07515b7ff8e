/** Tells when people change the studies by hand. */

import { watch } from 'chokidar';
import type { Stats } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import type { Log } from '../../log.js';

export interface Watched {
  /** Absolute. Files directly in `images`, and in the folders of `labels`, are watched; so is the file `catalogue`. */
  readonly images: string;
  readonly labels: string;
  readonly catalogue: string;
}

/** A file counts as changed once its size has stood still for so long: copies over a network take their time. */
const settledMilliseconds = 2000;

export interface Watcher {
  close(): Promise<void>;
}

export function watchStudies(
  watched: Watched,
  log: Log,
  changed: (event: string, path: string, stats?: Stats) => void,
): Watcher {
  const { images, labels, catalogue } = watched;
  const isOurs = (path: string): boolean =>
    path === catalogue ||
    [images, labels].includes(path) ||
    [images, labels].includes(dirname(path)) ||
    dirname(dirname(path)) === labels;
  const isOtherFolder = (path: string, stats?: Stats): boolean =>
    stats?.isDirectory() === true && dirname(path) === images && path !== labels && !labels.startsWith(path + sep);
  const watcher = watch([images, labels, catalogue], {
    ignoreInitial: true,
    depth: 2,
    awaitWriteFinish: { stabilityThreshold: settledMilliseconds },
    ignored: (path, stats) =>
      !isOurs(path) || isOtherFolder(path, stats) || (basename(path).startsWith('.') && path !== images),
  });
  watcher.on('all', changed);
  watcher.on('error', (error) => log.warn(`The studies are not followed: ${String(error)}`));
  return watcher;
}
