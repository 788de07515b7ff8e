/** Names of files as clients send them: full paths of their own machines, with one or two suffixes. */

const doubleExtensions = ['.nii.gz', '.seg.nrrd', '.tar.gz'];

/** "/home/x/ct.nii.gz" and "C:\x\ct.nii.gz" → "ct.nii.gz". */
export function lastComponent(name: string): string {
  return name.split(/[/\\]/).at(-1) ?? '';
}

/** "my.case.nii.gz" → ".nii.gz", "ct.nrrd" → ".nrrd", "ct" → "". Only plain suffixes of at most ten characters. */
export function fileExtension(name: string): string {
  const lower = name.toLowerCase();
  const double = doubleExtensions.find((ext) => lower.endsWith(ext));
  return double ?? /\.[a-z0-9]{1,10}$/.exec(lower)?.[0] ?? '';
}

export function withoutExtension(name: string): string {
  return name.slice(0, name.length - fileExtension(name).length);
}
