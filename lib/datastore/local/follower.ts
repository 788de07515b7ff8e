/** Looks at the studies again when people have changed them by hand, not when we have. */

import type { Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.js';
import type { CatalogueFile } from './catalogue-file.js';
import type { Folders } from './folders.js';
import { stampIn } from '../../files/stamp.js';
import { watchStudies, type Watcher } from './watch.js';

/** Events come in swarms, when a folder is copied. */
const quietMilliseconds = 1000;

export class Follower {
  readonly #watcher: Watcher;
  readonly #closed = new AbortController();
  #looking = Promise.resolve();
  #isPlanned = false;

  constructor(
    private readonly folders: Folders,
    private readonly file: CatalogueFile,
    private readonly log: Log,
    private readonly refresh: () => Promise<void>,
  ) {
    const { catalogue } = file;
    const watched = {
      images: folders.images(catalogue),
      labels: folders.labels(catalogue),
      catalogue: folders.catalogue,
    };
    this.#watcher = watchStudies(watched, log, (event, path, stats) => {
      if (this.#isPlanned || this.#closed.signal.aborted || !this.#isNews(event, path, stats)) return;
      this.#isPlanned = true;
      this.#looking = this.#looking.then(() => this.#look());
    });
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#watcher.close();
    await this.#looking;
  }

  /** False for what we wrote or deleted ourselves. */
  #isNews(event: string, path: string, stats?: Stats): boolean {
    if (path === this.folders.catalogue) return this.file.hasChanged();
    if (event.endsWith('Dir')) return true;
    const name = basename(path);
    const isLabel = dirname(dirname(path)) === this.folders.labels(this.file.catalogue);
    const label = isLabel ? this.file.labelOfName(basename(dirname(path)), name) : undefined;
    const isKnown = isLabel ? label !== undefined : this.file.idOfName(name) !== undefined;
    if (event === 'unlink') return isKnown;
    if (!isKnown) return true;
    return label?.file !== undefined && (stats === undefined || stampIn(stats) !== label.file);
  }

  async #look(): Promise<void> {
    try {
      await sleep(quietMilliseconds, undefined, { signal: this.#closed.signal });
      this.#isPlanned = false;
      await this.refresh();
    } catch (error) {
      this.#isPlanned = false;
      if (!this.#closed.signal.aborted) this.log.error(`Datastore: the studies could not be read: ${String(error)}`);
    }
  }
}
