/** The one table of file name extensions: what counts as one where it has two parts, and which files hold voxels. */

/** What the server reads and writes, the longest first. */
export const volumeExtensions = ['.seg.nrrd', '.nii.gz', '.nrrd', '.nii'] as const;

const doubleExtensions = ['.seg.nrrd', '.nii.gz', '.tar.gz'];

export interface FileName {
  readonly stem: string;
  /** With its leading dot, as the name spells it: ".nii.gz", ".NII". */
  readonly ext: string;
}

/** Splits at the longest of `extensions`, whatever their case, so that "a.b.v1.nii.gz" is "a.b.v1" and ".nii.gz". */
export function splitAtExtension(name: string, extensions: readonly string[]): FileName | undefined {
  const fitting = extensions.filter((each) => endsWith(name, each)).sort((a, b) => b.length - a.length)[0];
  if (fitting === undefined) return undefined;
  const end = name.length - fitting.length;
  return { stem: name.slice(0, end), ext: name.slice(end) };
}

/** "my.case.nii.gz" → ".nii.gz", "ct.NRRD" → ".NRRD", "ct" → "". Only plain suffixes of at most ten characters. */
export function extensionOf(name: string): string {
  return splitAtExtension(name, doubleExtensions)?.ext ?? /\.[a-z0-9]{1,10}$/i.exec(name)?.[0] ?? '';
}

export function isVolumeExtension(ext: string): boolean {
  return (volumeExtensions as readonly string[]).includes(ext.toLowerCase());
}

function endsWith(name: string, ext: string): boolean {
  return name.slice(-ext.length).toLowerCase() === ext.toLowerCase();
}
