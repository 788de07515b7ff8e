/** What was found in labels, kept as `checked` in their info for as long as the files of label and image are the same. */

import type { CheckedLabel, Info, UncheckedLabel } from '../datastore.js';
import type { CatalogueFile } from './catalogue-file.js';
import { withLabel, type Catalogue } from './catalogue.js';
import type { Placer } from './placer.js';
import { stampOf } from '../../files/stamp.js';

export class CheckedLabels {
  constructor(
    private readonly file: CatalogueFile,
    private readonly placer: Placer,
  ) {}

  async unchecked(tags: readonly string[]): Promise<readonly UncheckedLabel[]> {
    const labels = [...this.file.present].flatMap(([id, image]) =>
      tags.flatMap((tag) => {
        const label = image.labels.get(tag);
        return label === undefined ? [] : [{ id, tag, checked: label.info['checked'] }];
      }),
    );
    const unchecked = await Promise.all(
      labels.map(async ({ id, tag, checked }) => {
        const stamp = await this.#stamp(id, tag);
        return stamp === undefined || hasStamp(checked, stamp) ? [] : [{ id, tag, stamp }];
      }),
    );
    return unchecked.flat();
  }

  /** The catalogue with what was found in those labels that are still the same. */
  async withChecked(labels: readonly CheckedLabel[]): Promise<Catalogue> {
    let { catalogue } = this.file;
    for (const { id, tag, stamp, checked } of labels) {
      const label = this.file.present.get(id)?.labels.get(tag);
      if (label === undefined || (await this.#stamp(id, tag)) !== stamp) continue;
      const info = { ...label.info, checked: { ...checked, stamp } };
      catalogue = withLabel(catalogue, id, tag, { ...label, info });
    }
    return catalogue;
  }

  /** What was found in a file that is about to be stored, whose stamp is `label`, stays true of it. */
  async withStamp(id: string, label: string, checked: Info): Promise<Info> {
    const image = this.file.present.get(id)!;
    return { ...checked, stamp: joined(label, await stampOf(this.placer.file({ id, ext: image.ext }))) };
  }

  /** Undefined when the label's file or its image's is away. */
  async #stamp(id: string, tag: string): Promise<string | undefined> {
    const image = this.file.present.get(id);
    const label = image?.labels.get(tag);
    if (image === undefined || label === undefined) return undefined;
    const files = [
      { id, tag, ext: label.ext },
      { id, ext: image.ext },
    ];
    return joined(...(await Promise.all(files.map((each) => stampOf(this.placer.file(each))))));
  }
}

function joined(...stamps: (string | undefined)[]): string | undefined {
  return stamps.includes(undefined) ? undefined : stamps.join(' ');
}

function hasStamp(checked: unknown, stamp: string): boolean {
  return typeof checked === 'object' && checked !== null && 'stamp' in checked && checked.stamp === stamp;
}
