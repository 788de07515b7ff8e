/** Labels on their way into the datastore and out of it again. */

import { randomUUID } from 'node:crypto';
import { copyFile, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { finalTag, versionOf, type AddedFile, type Datastore, type Info } from '../datastore/datastore.js';
import { requireImage } from '../datastore/expected.js';
import type { OperationRunner } from '../engine/types.js';
import { LabelError } from '../errors.js';
import { makeFolder } from '../files/atomic.js';
import type { Log } from '../log.js';
import type { LabelReply, PlacedLabel } from './answers.js';
import type { StoreOptions } from './app.js';
import { summaryOf, type LabelChecks, type LabelSummary } from './label-checks.js';

interface Parts {
  readonly engine: OperationRunner;
  readonly datastore: Datastore;
  readonly checks: LabelChecks;
  readonly log: Log;
  readonly temporaryFolder: string;
}

export class Labelling {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A label that cannot be read, placed or understood is refused, and nothing is replaced. */
  async save(
    image: string,
    tag: string,
    file: AddedFile,
    info: Info,
    { expected = {}, signal }: StoreOptions = {},
  ): Promise<LabelReply> {
    const { datastore, checks, log } = this.#parts;
    // Also without a condition: what is found in the label is found for this image.
    const stamp = await requireImage(image, datastore.imagePath(image), expected.image);
    const admitted = await checks.admit(image, tag, file, info, signal);
    const { id, version, replaced } = await datastore.saveLabel(image, tag, admitted.file, admitted.info, {
      ...expected,
      image: stamp,
    });
    for (const note of admitted.summary.notes) log.info(`Label ${tag} of ${image}: ${note}`);
    return { image, label: id, version, ...admitted.summary, ...(replaced && { replaced }) };
  }

  /** Keeps a copy of what a model proposed, for the file itself is still to be sent. Resolves with the label's id. */
  async keepProposal(image: string, tag: string, result: string, info: Info): Promise<string> {
    const { datastore, temporaryFolder } = this.#parts;
    const ext = result.endsWith('.seg.nrrd') ? '.seg.nrrd' : result.endsWith('.nii.gz') ? '.nii.gz' : extname(result);
    const copy = join(temporaryFolder, `${randomUUID()}${ext}`);
    try {
      await copyFile(result, copy);
      // What a person has submitted while the model was at work stays.
      const expected = tag === finalTag ? { version: null } : {};
      return (await datastore.saveLabel(image, tag, { path: copy, ext }, info, expected)).id;
    } finally {
      await rm(copy, { force: true });
    }
  }

  /** Names that cannot be understood are refused; what they make of the label is looked at at once. */
  async updateInfo(image: string, tag: string, info: Info): Promise<LabelSummary> {
    const { datastore, checks } = this.#parts;
    checks.requireNames({ ...datastore.label(image, tag).info, ...info });
    await datastore.updateLabelInfo(image, tag, info);
    return summaryOf(await checks.look(image, tag));
  }

  /** A stored label on the grid of its image, for whoever shows it. Throws UNFIT_LABEL where it has no place there. */
  async placed(image: string, tag: string, signal?: AbortSignal): Promise<PlacedLabel> {
    const { engine, datastore, checks, temporaryFolder } = this.#parts;
    const known = await checks.look(image, tag);
    if ('problem' in known) {
      throw new LabelError('UNFIT_LABEL', `The ${tag} label of ${image} cannot be shown: ${known.problem}`);
    }
    const version = versionOf(datastore.label(image, tag));
    const file = join(temporaryFolder, `${randomUUID()}.nii.gz`);
    const options = {
      label: datastore.labelPath(image, tag),
      image: datastore.imagePath(image),
      values: known.meaning.values,
      output: file,
    };
    await makeFolder(temporaryFolder);
    await engine.run('placeLabel', options, { ...(signal && { signal }) });
    return { file, version, ...summaryOf(known), release: () => rm(file, { force: true }) };
  }
}
