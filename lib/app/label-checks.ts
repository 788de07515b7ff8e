/** Looks at label files: when one is submitted, and again when one is used that was laid into the folder by hand. */

import { z } from 'zod';
import type { AddedFile, Datastore, Info, UncheckedLabel } from '../datastore/datastore.js';
import type { ErrorCode, OperationRunner } from '../engine/types.js';
import { LabelError } from '../errors.js';
import { isVolumeExtension } from '../files/extensions.js';
import { contentOf } from '../image/content.js';
import { readImageHeader } from '../image/image-header.js';
import { segmentsOf } from '../image/segments.js';
import type { Log } from '../log.js';
import { classesOf, meaningOf, overlapOf, type LabelFacts, type Meaning } from './label-meaning.js';
import type { Labels } from './model.js';
import { withoutPaths } from './plain-paths.js';

/** What is kept of a look at a label, as `checked` in its info. */
const checkedSchema = z.union([
  z.object({ problem: z.string() }),
  z.object({
    facts: z.object({
      placement: z.enum(['same', 'reordered', 'otherReading', 'resampled']),
      layers: z.array(z.record(z.string(), z.number())),
      overlaps: z.array(
        z.object({
          layers: z.tuple([z.number(), z.number()]),
          values: z.tuple([z.number(), z.number()]),
          voxels: z.number(),
        }),
      ),
      vanished: z.array(z.number()),
      segments: z.array(z.object({ name: z.string(), value: z.number(), layer: z.number() })).optional(),
    }),
  }),
]);

/** A label that can be used, or the reason why not; undefined: nobody has looked at it yet. */
export type KnownLabel = { readonly facts: LabelFacts; readonly meaning: Meaning } | { readonly problem: string };

/** What people and the annotation page are told of a label. */
export interface LabelSummary {
  readonly label_values: Readonly<Record<string, number>>;
  readonly needs_names: readonly number[];
  readonly notes: readonly string[];
}

/** Files that may be kept beside an image without being a volume. */
const annotationExtensions = ['.json', '.xml', '.csv', '.txt', '.bin'];
const tags = ['final', 'original'];
const nothing: LabelFacts = { placement: 'same', layers: [], overlaps: [], vanished: [] };
/** Failures that the same file gives again. */
const ofTheFile: readonly ErrorCode[] = ['INVALID_FILE', 'UNFIT_LABEL', 'UNSUPPORTED', 'INVALID_INPUT', 'TOO_LARGE'];
/** Results are written together, for each write is the whole catalogue. */
const checksAWrite = 25;

interface Parts {
  readonly engine: OperationRunner;
  readonly datastore: Datastore;
  /** Of every model of the app. */
  readonly models: readonly Labels[];
  readonly log: Log;
}

export class LabelChecks {
  readonly #parts: Parts;
  /** The sweep that runs, or the last one. */
  #sweep: Promise<void> = Promise.resolve();
  #isSweeping = false;
  readonly #stop = new AbortController();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Decides whether a file may become the label of an image, and under which extension. Nothing is stored. Throws
   * INVALID_FILE for one that cannot be read, UNFIT_LABEL for one without a place or a single meaning.
   */
  async admit(
    image: string,
    tag: string,
    file: AddedFile,
    info: Info,
    signal?: AbortSignal,
  ): Promise<{ file: AddedFile; info: Info; summary: LabelSummary }> {
    const content = await contentOf(file.path);
    if (content === undefined) {
      const checked = withProblem(this.#admitAnnotation(image, tag, file.ext));
      return { file, info: { ...info, checked }, summary: summaryOf(checked) };
    }
    const facts = await this.#facts(file.path, this.#parts.datastore.imagePath(image), signal);
    const meaning = this.#meaning(facts, info);
    for (const labels of this.#parts.models) {
      const overlap = overlapOf(facts, classesOf(meaning, labels) ?? []);
      if (overlap !== undefined) throw new LabelError('UNFIT_LABEL', `${overlap}. Nothing was stored`);
    }
    const summary = summaryOf({ facts, meaning });
    return {
      file: isVolumeExtension(file.ext) ? file : { ...file, ext: content },
      info: { ...info, checked: { facts, ...summary } },
      summary,
    };
  }

  /** What is known of a stored label from the last look at it. */
  known(info: Info): KnownLabel | undefined {
    const parsed = checkedSchema.safeParse(info['checked']);
    if (!parsed.success) return undefined;
    if ('problem' in parsed.data) return parsed.data;
    const facts = parsed.data.facts as LabelFacts;
    try {
      return { facts, meaning: this.#meaning(facts, info) };
    } catch (error) {
      return { problem: reasonOf(error) };
    }
  }

  /** The same of a stored label, which is looked at now where nobody has. */
  async look(id: string, tag: string): Promise<KnownLabel> {
    const { datastore } = this.#parts;
    const unchecked = (await datastore.uncheckedLabels([tag])).find((label) => label.id === id);
    if (unchecked !== undefined) await this.#check([unchecked]);
    return this.known(datastore.label(id, tag).info) ?? { problem: 'it changed while it was being read; try again' };
  }

  /** Looks at every label that nobody has looked at since it was written, one after the other. One sweep at a time. */
  sweep(): Promise<void> {
    if (this.#isSweeping) return this.#sweep;
    this.#isSweeping = true;
    this.#sweep = this.#sweepOnce().finally(() => (this.#isSweeping = false));
    return this.#sweep;
  }

  /** Throws INVALID_INPUT for names of values that cannot be understood. */
  requireNames(info: Info): void {
    this.#meaning(nothing, info);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#sweep.catch(() => {});
  }

  async #sweepOnce(): Promise<void> {
    const { datastore, log } = this.#parts;
    const tried = new Set<string>();
    let count = 0;
    // Again and again, for more may have been laid in meanwhile; what could not be looked at waits for the next sweep.
    while (!this.#stop.signal.aborted) {
      const unchecked = (await datastore.uncheckedLabels(tags)).filter(({ stamp }) => !tried.has(stamp));
      const next = unchecked.slice(0, checksAWrite);
      if (next.length === 0) break;
      for (const { stamp } of next) tried.add(stamp);
      await this.#check(next);
      count += next.length;
    }
    if (count > 0) log.info(`Looked at ${count} labels that were laid into the folder`);
  }

  async #check(unchecked: readonly UncheckedLabel[]): Promise<void> {
    const { datastore, log } = this.#parts;
    const looked = [];
    for (const label of unchecked) {
      if (this.#stop.signal.aborted) break;
      const checked = await this.#lookAt(label.id, label.tag);
      if (checked === undefined) continue;
      for (const note of checked.notes) log.warn(`Label ${label.tag} of ${label.id}: ${note}`);
      looked.push({ ...label, checked: { ...checked } });
    }
    await datastore.setChecked(looked);
  }

  /** Undefined where the label is gone by now, or the server is, or for a reason that may pass. */
  async #lookAt(id: string, tag: string) {
    const { datastore, log } = this.#parts;
    try {
      const path = datastore.labelPath(id, tag);
      if ((await contentOf(path)) === undefined)
        return withProblem(`its ${datastore.label(id, tag).ext} file is no volume`);
      const facts = await this.#facts(path, datastore.imagePath(id));
      const meaning = this.#meaning(facts, datastore.label(id, tag).info);
      return { facts, ...summaryOf({ facts, meaning }) };
    } catch (error) {
      if (error instanceof LabelError && ofTheFile.includes(error.code)) return withProblem(reasonOf(error));
      const isGone = error instanceof LabelError && error.code === 'NOT_FOUND';
      if (!this.#stop.signal.aborted && !isGone)
        log.warn(`Label ${tag} of ${id} was not looked at: ${reasonOf(error)}`);
      return undefined;
    }
  }

  /** Throws where the file must not be kept as a label; otherwise says what it is. */
  #admitAnnotation(image: string, tag: string, ext: string): string {
    const { datastore } = this.#parts;
    const isOfVolume = isVolumeExtension(datastore.image(image).ext);
    if (isOfVolume && !annotationExtensions.includes(ext.toLowerCase())) {
      const form = 'save the label as .nii.gz, .nii, .nrrd or .seg.nrrd';
      throw new LabelError('INVALID_FILE', `The label ${ext || 'file'} is neither NIfTI nor NRRD: ${form}`);
    }
    const stored = datastore.hasLabel(image, tag) ? datastore.label(image, tag).ext : undefined;
    if (stored !== undefined && isVolumeExtension(stored)) {
      const way = `give it another tag, or delete the label tagged ${JSON.stringify(tag)} first`;
      throw new LabelError(
        'UNFIT_LABEL',
        `A ${ext} file is no volume and does not replace the ${stored} of ${image}: ${way}`,
      );
    }
    return `its ${ext} file is no volume`;
  }

  async #facts(label: string, image: string, signal?: AbortSignal): Promise<LabelFacts> {
    const ends = signal === undefined ? this.#stop.signal : AbortSignal.any([this.#stop.signal, signal]);
    try {
      return await this.#factsOf(label, image, ends);
    } catch (error) {
      throw withoutPaths(error, { [label]: 'the label', [image]: 'the image' });
    }
  }

  async #factsOf(label: string, image: string, signal: AbortSignal): Promise<LabelFacts> {
    const header = await readImageHeader(label);
    const segments = header.keyValues && segmentsOf(header.keyValues, header.channels);
    if (header.channels > 1 && segments === undefined) {
      throw new LabelError(
        'UNFIT_LABEL',
        `The label has ${header.channels} channels and does not say what they are; a label has one, with a value for each ` +
          'structure (3D Slicer’s .seg.nrrd names its layers itself)',
      );
    }
    const check = await this.#parts.engine.run('checkLabel', { label, image }, { signal });
    return {
      ...check,
      ...(segments && { segments: segments.map(({ name, value, layer }) => ({ name, value, layer })) }),
    };
  }

  #meaning(facts: LabelFacts, info: Info): Meaning {
    return meaningOf(facts, info, this.#parts.models);
  }
}

export function summaryOf(known: KnownLabel): LabelSummary {
  if ('problem' in known) {
    return { label_values: {}, needs_names: [], notes: [`cannot be used: ${known.problem}`] };
  }
  const { facts, meaning } = known;
  return {
    label_values: Object.fromEntries(meaning.labelValues),
    needs_names: meaning.needsNames,
    notes: notesOn(facts, meaning),
  };
}

function withProblem(problem: string) {
  return { problem, ...summaryOf({ problem }) };
}

/** "needs names: values 7, 9" */
export function needsNames(values: readonly number[]): string {
  return `needs names: ${values.length === 1 ? 'value' : 'values'} ${values.join(', ')}`;
}

const placementNotes: Readonly<Record<LabelFacts['placement'], string | undefined>> = {
  same: undefined,
  reordered: 'stored in another axis order than the image, and placed by its position',
  otherReading:
    'placed voxel for voxel: its position is what another program understands by the header of the image (qform against ' +
    'sform, no form codes, or units)',
  resampled: 'on another grid than the image, and brought to the image’s grid by nearest neighbour',
};

function notesOn(facts: LabelFacts, { values, needsNames: unnamed, isNumberedByModel }: Meaning): string[] {
  const nameOf = (layer: number, value: number): string =>
    values.find((each) => each.layer === layer && each.value === value)?.name ?? `value ${value}`;
  const notes = facts.overlaps.map(({ layers, values: [a, b], voxels }) => {
    return `${nameOf(layers[0], a)} and ${nameOf(layers[1], b)} overlap in ${voxels} voxels`;
  });
  const placed = placementNotes[facts.placement];
  if (placed !== undefined) notes.unshift(placed);
  if (facts.vanished.length > 0) {
    notes.push(`too small for the image’s grid, so nothing is left of: values ${facts.vanished.join(', ')}`);
  }
  if (unnamed.length > 0) notes.push(needsNames(unnamed));
  if (isNumberedByModel && values.length > 0)
    notes.push('no names came with it: values are taken for the model’s own numbers');
  return notes;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
