/** What a file is by its first bytes, whatever it is called. */

import { readFirstBytes } from './first-bytes.js';
import { niftiHeaderSize } from './nifti-header.js';
import { isNrrd } from './nrrd-header.js';

/** The extension under which other programs know such a volume; undefined for a file that is none. */
export async function contentOf(path: string): Promise<'.nii' | '.nii.gz' | '.nrrd' | undefined> {
  const { bytes, isGzip } = await readFirstBytes(path, (start) => start.length >= 4);
  if (bytes.length < 4) return undefined;
  if (isNrrd(bytes)) return '.nrrd';
  if (niftiHeaderSize(bytes) === undefined) return undefined;
  return isGzip ? '.nii.gz' : '.nii';
}
