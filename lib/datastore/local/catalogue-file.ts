/** The catalogue as it lies on disk: ours to write, and for people to edit while we run. */

import { statSync } from 'node:fs';
import { copyFile, readFile, rename } from 'node:fs/promises';
import { LabelError } from '../../errors.js';
import { prepareFile, type PreparedFile } from '../../files/atomic.js';
import type { Log } from '../../log.js';
import {
  catalogueText,
  emptyCatalogue,
  present,
  type Catalogue,
  type StoredImage,
  type StoredLabel,
} from './catalogue.js';
import type { Folders } from './folders.js';
import { BrokenCatalogue, parseCatalogue, type ParsedCatalogue } from './read-catalogue.js';

export class CatalogueFile {
  #catalogue: Catalogue = emptyCatalogue;
  #present: ReadonlyMap<string, StoredImage> = new Map();
  #idByName: ReadonlyMap<string, string> | undefined;
  /** Of the file when we last read or wrote it; undefined when there is none. */
  #state: string | undefined;

  constructor(
    private readonly folders: Folders,
    private readonly log: Log,
  ) {}

  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  /** The images whose files are there. */
  get present(): ReadonlyMap<string, StoredImage> {
    return this.#present;
  }

  get exists(): boolean {
    return this.#state !== undefined;
  }

  /** The id of an image by the name of its file. */
  idOfName(name: string): string | undefined {
    this.#idByName ??= new Map([...this.#present].map(([id, { ext }]) => [id + ext, id]));
    return this.#idByName.get(name);
  }

  /** What is known of a label by its tag and the name of its file. */
  labelOfName(tag: string, name: string): StoredLabel | undefined {
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      const label = this.#present.get(name.slice(0, dot))?.labels.get(tag);
      if (label?.ext === name.slice(dot)) return label;
    }
    return undefined;
  }

  /** Whether somebody else has written it since. */
  hasChanged(): boolean {
    return stateOf(this.folders.catalogue) !== this.#state;
  }

  /** Takes over what others have written. What cannot be understood is kept aside, and said in the log. */
  async read(): Promise<void> {
    const path = this.folders.catalogue;
    const state = stateOf(path);
    if (state === this.#state) return;
    if (state === undefined) {
      this.#state = undefined;
      return;
    }
    const aside = `${path}.broken-${new Date().toISOString().replace(/[:.]/g, '-')}`;
    try {
      const { catalogue, problems } = this.#withGoodFolders(parseCatalogue(await readFile(path, 'utf8')));
      this.#take(catalogue, state);
      if (problems.length === 0) return;
      await copyFile(path, aside);
      for (const problem of problems) this.log.warn(`Datastore: ${path}: ${problem}; the file is kept as ${aside}`);
      await this.save(catalogue);
    } catch (error) {
      if (!(error instanceof BrokenCatalogue)) throw error;
      await rename(path, aside);
      this.#state = undefined;
      this.log.warn(
        `Datastore: ${path} cannot be used and is kept as ${aside}; made anew from the folder. ${error.message}`,
      );
    }
  }

  async save(catalogue: Catalogue): Promise<void> {
    const prepared = await this.prepare(catalogue);
    try {
      await prepared.commit();
    } catch (error) {
      await prepared.discard();
      throw error;
    }
  }

  async prepare(catalogue: Catalogue): Promise<PreparedFile> {
    const prepared = await prepareFile(this.folders.catalogue, catalogueText(catalogue));
    return {
      commit: async () => {
        try {
          await prepared.commit();
        } finally {
          if (prepared.isInPlace) this.#take(catalogue, stateOf(this.folders.catalogue));
        }
      },
      get isInPlace() {
        return prepared.isInPlace;
      },
      discard: () => prepared.discard(),
    };
  }

  #take(catalogue: Catalogue, state: string | undefined): void {
    this.#catalogue = catalogue;
    this.#present = present(catalogue.images);
    this.#idByName = undefined;
    this.#state = state;
  }

  #withGoodFolders({ catalogue, problems }: ParsedCatalogue): ParsedCatalogue {
    try {
      this.folders.images(catalogue);
      this.folders.labels(catalogue);
      return { catalogue, problems };
    } catch (error) {
      if (!(error instanceof LabelError)) throw error;
      const { imagesDir, labelsDir } = emptyCatalogue;
      const problem = `${error.message}; "${imagesDir}" and "${labelsDir}" are taken`;
      return { catalogue: { ...catalogue, imagesDir, labelsDir }, problems: [...problems, problem] };
    }
  }
}

/** Another one after each write, also where two writes are of equal length within one tick of a clock. */
function stateOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.ino}-${stats.size}-${stats.mtimeMs}`;
}
