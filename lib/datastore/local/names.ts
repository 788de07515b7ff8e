/** File names of a local datastore: which ids, tags and extensions are safe, and how a name splits into them. */

import { LabelError } from '../../errors.js';
import { splitAtExtension, volumeExtensions } from '../../files/extensions.js';

/** MONAI Label's own patterns of what counts as an image or label (MONAI_LABEL_DATASTORE_FILE_EXT). */
export const defaultPatterns = ['*.nii.gz', '*.nii', '*.nrrd', '*.jpg', '*.png', '*.tif', '*.svs', '*.xml'];

/** What clients submit as labels beyond that: markups. */
const labelOnlyExtensions = ['.json'];

const forbidden = /[/\\\p{Cc}]/u;
const longestName = 180;

export interface FileName {
  readonly id: string;
  /** With its leading dot. */
  readonly ext: string;
}

/** Throws INVALID_INPUT unless `id` is one plain file name: no path, no hidden file, no control character. */
export function checkId(id: string): void {
  checkName('image id', id);
}

export function checkTag(tag: string): void {
  checkName('label tag', tag);
}

/** Throws INVALID_INPUT unless `ext` looks like ".nii.gz", and is not too long behind this id. */
export function checkFileName(id: string, ext: string): void {
  if (!/^(\.[A-Za-z0-9_-]{1,16}){1,4}$/.test(ext)) {
    throw new LabelError('INVALID_INPUT', `The file extension ${JSON.stringify(ext)} is not one like ".nii.gz"`);
  }
  checkName('file name', id + ext);
}

export function isSafeName(name: string): boolean {
  return (
    name !== '' &&
    name !== '__proto__' &&
    !name.startsWith('.') &&
    !forbidden.test(name) &&
    Buffer.byteLength(name) <= longestName
  );
}

/** Patterns "*.nii.gz" → extensions ".nii.gz". A ".seg.nrrd" is one wherever ".nrrd" is. */
export function extensionsOf(patterns: readonly string[]): string[] {
  for (const pattern of patterns) {
    if (!/^\*\.[^*?/\\]+$/.test(pattern)) {
      throw new LabelError('INVALID_INPUT', `The image pattern ${JSON.stringify(pattern)} is not one like "*.nii.gz"`);
    }
  }
  const given = patterns.map((pattern) => pattern.slice(1));
  return [...new Set([...given, ...volumeExtensions.filter((ext) => given.some((each) => ext.endsWith(each)))])];
}

export function splitImageName(name: string, extensions: readonly string[]): FileName | undefined {
  const split = splitAtExtension(name, extensions);
  return split !== undefined && isSafeName(split.stem) ? { id: split.stem, ext: split.ext } : undefined;
}

/** Splits a label's name so that its id is that of a known image; the longest such id wins. */
export function splitLabelName(
  name: string,
  extensions: readonly string[],
  isImage: (id: string) => boolean,
): FileName | undefined {
  const known = [...extensions, ...volumeExtensions, ...labelOnlyExtensions].sort((a, b) => a.length - b.length);
  for (const ext of known) {
    const split = splitAtExtension(name, [ext]);
    if (split !== undefined && isImage(split.stem)) return { id: split.stem, ext: split.ext };
  }
  return undefined;
}

function checkName(what: string, name: string): void {
  if (isSafeName(name)) return;
  throw new LabelError(
    'INVALID_INPUT',
    `The ${what} ${JSON.stringify(name.slice(0, 100))} must be a plain name: 1 to ${longestName} bytes, no slash, ` +
      'no control character, no leading dot',
  );
}
