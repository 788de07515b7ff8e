/** The folder of the studies, and the rule that nothing outside it is read or written. */

import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { LabelError } from '../../errors.js';
import { hasCode, makeFolder } from '../../files/atomic.js';
import { catalogueFile, type Catalogue } from './catalogue.js';

export class StudiesFolder {
  /** Without symbolic links. */
  readonly root: string;

  constructor(path: string) {
    this.root = realpathSync(path);
  }

  get catalogue(): string {
    return join(this.root, catalogueFile);
  }

  /** What is ours and no image or label. */
  get ours(): string {
    return join(this.root, '.monailabel');
  }

  get incoming(): string {
    return join(this.ours, 'incoming');
  }

  images(catalogue: Catalogue): string {
    return this.#below(catalogue.imagesDir);
  }

  labels(catalogue: Catalogue): string {
    return this.#below(catalogue.labelsDir);
  }

  imageFile(catalogue: Catalogue, name: string): string {
    return join(this.images(catalogue), name);
  }

  labelFile(catalogue: Catalogue, tag: string, name: string): string {
    return join(this.labels(catalogue), tag, name);
  }

  /** The real path of something that exists. Throws NOT_FOUND, or INVALID_INPUT when links lead out of the studies. */
  confine(path: string): string {
    let real: string;
    try {
      real = realpathSync(path);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      throw new LabelError('NOT_FOUND', `${relative(this.root, path)} is not there`, { cause: error });
    }
    if (!this.#contains(real)) {
      throw new LabelError('INVALID_INPUT', `${relative(this.root, path)} leads out of the studies`);
    }
    return real;
  }

  /** Creates a folder below the studies, which no link may lead out of them. */
  async make(folder: string): Promise<void> {
    let existing = folder;
    while (!existsSync(existing)) existing = dirname(existing);
    this.confine(existing);
    await makeFolder(folder);
  }

  #below(folder: string): string {
    const path = resolve(this.root, folder);
    if (!this.#contains(path)) {
      throw new LabelError('INVALID_INPUT', `${catalogueFile}: the folder ${folder} is not in the studies`);
    }
    return path;
  }

  #contains(path: string): boolean {
    return path === this.root || path.startsWith(this.root + sep);
  }
}
