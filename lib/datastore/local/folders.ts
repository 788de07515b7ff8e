/** Where everything lies, and the rule that nothing outside the studies and the labels' folder is read or written. */

import { existsSync, realpathSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { LabelError } from '../../errors.js';
import { hasCode, makeFolder } from '../../files/atomic.js';
import { catalogueFile, type Catalogue } from './catalogue.js';

export class Folders {
  /** The folder of the images, without symbolic links; as it was named. */
  readonly studies: string;
  readonly studiesAsNamed: string;
  /** The folder of labels and catalogue: the studies, unless they are only read. */
  readonly home: string;

  /** Creates what is to be written where it is not there. Throws INVALID_INPUT where it cannot be written. */
  static async open(studies: string, labels: string | undefined): Promise<Folders> {
    const home = labels ?? studies;
    try {
      await makeFolder(home);
      await access(home, constants.W_OK);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      const advice =
        labels === undefined
          ? 'start with --labels <folder> to keep labels and catalogue in another folder and only read the images'
          : 'choose another folder for --labels';
      throw new LabelError('INVALID_INPUT', `${home} cannot be written (${code}): ${advice}`, { cause: error });
    }
    return new Folders(studies, home);
  }

  private constructor(studies: string, home: string) {
    this.studies = realpathSync(studies);
    this.studiesAsNamed = resolve(studies);
    this.home = realpathSync(home);
  }

  /** Images are neither added nor removed where the labels have a folder of their own. */
  get areImagesOnlyRead(): boolean {
    return this.home !== this.studies;
  }

  /** The studies, where labels lie that a new folder for labels leaves out of use. */
  unusedLabels(): string | undefined {
    if (!this.areImagesOnlyRead || existsSync(this.catalogue)) return undefined;
    return ['labels', catalogueFile].some((name) => existsSync(join(this.studies, name))) ? this.studies : undefined;
  }

  get catalogue(): string {
    return join(this.home, catalogueFile);
  }

  /** What is ours and no image or label; hidden, so that nothing takes it for one. */
  get ours(): string {
    return join(this.home, '.monailabel');
  }

  get incoming(): string {
    return join(this.ours, 'incoming');
  }

  images(catalogue: Catalogue): string {
    return below(this.studies, catalogue.imagesDir);
  }

  labels(catalogue: Catalogue): string {
    return below(this.home, catalogue.labelsDir);
  }

  imageFile(catalogue: Catalogue, name: string): string {
    return join(this.images(catalogue), name);
  }

  labelFile(catalogue: Catalogue, tag: string, name: string): string {
    return join(this.labels(catalogue), tag, name);
  }

  /** The name of a file that lies directly in the folder of the images, however that folder is called. */
  imageName(catalogue: Catalogue, path: string): string | undefined {
    const folders = [this.images(catalogue), below(this.studiesAsNamed, catalogue.imagesDir)];
    return folders.includes(dirname(path)) ? basename(path) : undefined;
  }

  /** The real path of something that exists. Throws NOT_FOUND, or INVALID_INPUT when links lead out. */
  confine(path: string): string {
    const root = isBelow(path, this.home) ? this.home : this.studies;
    let real: string;
    try {
      real = realpathSync(path);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      throw new LabelError('NOT_FOUND', `${relative(root, path)} is not there`, { cause: error });
    }
    if (!isBelow(real, this.home) && !isBelow(real, this.studies)) {
      throw new LabelError('INVALID_INPUT', `${relative(root, path)} leads out of the studies`);
    }
    return real;
  }

  /** Creates a folder, which no link may lead out. */
  async make(folder: string): Promise<void> {
    let existing = folder;
    while (!existsSync(existing)) existing = dirname(existing);
    this.confine(existing);
    await makeFolder(folder);
  }
}

function below(root: string, folder: string): string {
  const path = resolve(root, folder);
  if (!isBelow(path, root)) {
    throw new LabelError('INVALID_INPUT', `${catalogueFile}: the folder ${folder} is not in ${root}`);
  }
  return path;
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root === sep ? sep : root + sep);
}
