/** Reads a catalogue that other programs and people write too: what cannot be understood costs that entry only. */

import { z } from 'zod';
import { catalogueFile, emptyCatalogue, type Catalogue, type StoredImage, type StoredLabel } from './catalogue.js';
import { isSafeName } from './names.js';

const labelSchema = z.object({
  ext: z.string(),
  info: z.record(z.string(), z.unknown()).default({}),
  file: z.string().optional(),
  missing: z.number().optional(),
});
const imageSchema = z.object({
  image: labelSchema.pick({ ext: true, info: true }),
  labels: z.record(z.string(), z.unknown()).default({}),
  missing: z.number().optional(),
});
const catalogueSchema = z.looseObject({ objects: z.record(z.string(), z.unknown()).default({}) });
const orderSchema = z.array(z.string());

/** The file as a whole cannot be understood; `message` says why. */
export class BrokenCatalogue extends Error {}

export interface ParsedCatalogue {
  readonly catalogue: Catalogue;
  /** What was left out, and why: sentences for the log. */
  readonly problems: readonly string[];
}

/** Throws BrokenCatalogue. */
export function parseCatalogue(text: string): ParsedCatalogue {
  const parsed = catalogueSchema.safeParse(parseJson(text));
  if (!parsed.success) throw new BrokenCatalogue(z.prettifyError(parsed.error));

  const problems: string[] = [];
  const field = <Value>(name: string, schema: z.ZodType<Value>, standard: Value): Value => {
    const read = schema.optional().safeParse(parsed.data[name]);
    if (!read.success) problems.push(`${name} is left out: ${reasonOf(read.error)}`);
    return read.data ?? standard;
  };
  const { objects } = parsed.data;
  const order = field('order', orderSchema, []);
  const images = new Map<string, StoredImage>();
  for (const id of new Set([...order.filter((each) => Object.hasOwn(objects, each)), ...Object.keys(objects)])) {
    const image = parseImage(id, objects[id], problems);
    if (image !== undefined) images.set(id, image);
  }
  const catalogue = {
    name: field('name', z.string(), emptyCatalogue.name),
    description: field('description', z.string(), emptyCatalogue.description),
    imagesDir: field('images_dir', z.string(), emptyCatalogue.imagesDir),
    labelsDir: field('labels_dir', z.string(), emptyCatalogue.labelsDir),
    images,
  };
  return { catalogue, problems };
}

function parseImage(id: string, json: unknown, problems: string[]): StoredImage | undefined {
  const parsed = imageSchema.safeParse(json);
  if (!parsed.success) {
    problems.push(`the entry of image ${JSON.stringify(id)} is left out: ${reasonOf(parsed.error)}`);
    return undefined;
  }
  const { image, labels, missing } = parsed.data;
  if (!isSafeName(id + image.ext)) {
    problems.push(`the entry of image ${JSON.stringify(id)} is left out: no image can be called so`);
    return undefined;
  }
  const parsedLabels = Object.entries(labels).flatMap(([tag, each]) => {
    const label = parseLabel(id, tag, each, problems);
    return label === undefined ? [] : [[tag, label] as const];
  });
  return { ...image, labels: new Map(parsedLabels), ...(missing !== undefined && { missing }) };
}

function parseLabel(id: string, tag: string, json: unknown, problems: string[]): StoredLabel | undefined {
  const what = `the label ${JSON.stringify(tag)} of image ${JSON.stringify(id)} is left out`;
  const parsed = labelSchema.safeParse(json);
  if (!parsed.success) problems.push(`${what}: ${reasonOf(parsed.error)}`);
  else if (!isSafeName(tag) || !isSafeName(id + parsed.data.ext)) problems.push(`${what}: no label can be called so`);
  else {
    const { ext, info, file, missing } = parsed.data;
    return { ext, info, ...(file !== undefined && { file }), ...(missing !== undefined && { missing }) };
  }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BrokenCatalogue(`${catalogueFile} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** "image: ext: Invalid input: expected string, received undefined" */
function reasonOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
}
