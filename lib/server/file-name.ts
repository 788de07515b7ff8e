/** Names of files as clients send them: full paths of their own machines, with one or two suffixes. */

import { extensionOf } from '../files/extensions.js';

/** "/home/x/ct.nii.gz" and "C:\x\ct.nii.gz" → "ct.nii.gz". */
export function lastComponent(name: string): string {
  return name.split(/[/\\]/).at(-1) ?? '';
}

/** In small letters: "my.case.NII.GZ" → ".nii.gz", "ct" → "". */
export function fileExtension(name: string): string {
  return extensionOf(name).toLowerCase();
}

export function withoutExtension(name: string): string {
  return name.slice(0, name.length - extensionOf(name).length);
}
