/** Where the weights of a model lie, and which of them count. */

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Lies beside the folders of the runs. */
export const statsFile = 'train_stats.json';

export class WeightFiles {
  /** `model/pretrained_<name>.pt`, which a person puts there or which is fetched. */
  readonly pretrained: string;
  /** `model/<name>.pt`, which training publishes. */
  readonly published: string;
  /** `model/<name>/`, with a folder for each run. */
  readonly runs: string;
  /** `model/<name>/train_stats.json`, the latest statistics. */
  readonly stats: string;

  readonly #pretrainedFits: boolean;

  /** `pretrainedFits` is false when the user replaced the labels for which the pretrained weights were made. */
  constructor(modelFolder: string, name: string, pretrainedFits: boolean) {
    this.#pretrainedFits = pretrainedFits;
    this.pretrained = join(modelFolder, `pretrained_${name}.pt`);
    this.published = join(modelFolder, `${name}.pt`);
    this.runs = join(modelFolder, name);
    this.stats = join(this.runs, statsFile);
  }

  /** What inference uses: the published weights, or else the pretrained ones. */
  current(): string | undefined {
    return this.#firstThere([this.published, this.pretrained]);
  }

  /** When training last published weights, in ISO 8601. */
  publishedAt(): string | undefined {
    return statSync(this.published, { throwIfNoEntry: false })?.mtime.toISOString();
  }

  /** What a run starts from: its own best weights so far, the pretrained ones, or else the published ones. */
  startingPoint(run: string): string | undefined {
    return this.#firstThere([join(this.runs, run, 'model.pt'), this.pretrained, this.published]);
  }

  #firstThere(paths: readonly string[]): string | undefined {
    return paths.find((path) => (path !== this.pretrained || this.#pretrainedFits) && existsSync(path));
  }
}
