/** What a `.seg.nrrd` of 3D Slicer says of its segments. */

/** Red, green, blue, 0 to 1. */
export type Color = readonly [number, number, number];

export interface Segment {
  readonly name: string;
  /** Value of its voxels in its layer. */
  readonly value: number;
  /** Index of its channel in the file. */
  readonly layer: number;
  readonly color?: Color;
}

/**
 * The segments of a file in its order, from its `Segment<N>_…` pairs; undefined where it has none.
 * `channels` is the number of its layers.
 */
export function segmentsOf(keyValues: ReadonlyMap<string, string>, channels: number): Segment[] | undefined {
  const numbers = [...keyValues.keys()].flatMap((key) => /^Segment(\d+)_/.exec(key)?.[1] ?? []);
  const ordered = [...new Set(numbers)].toSorted((a, b) => Number(a) - Number(b));
  if (ordered.length === 0) return undefined;
  return ordered.map((number, position) => {
    const said = (what: string) => keyValues.get(`Segment${number}_${what}`)?.trim();
    const value = wholeNumber(said('LabelValue'));
    const layer = wholeNumber(said('Layer'));
    const color = colorOf(said('Color'));
    return {
      name: said('Name') || said('ID') || `Segment_${position + 1}`,
      value: value ?? (channels > 1 || ordered.length === 1 ? 1 : position + 1),
      // Slicer before 4.11 wrote neither values nor layers: a layer of 0 and 1 for each segment.
      layer: layer ?? (channels > 1 ? position : 0),
      ...(color && { color }),
    };
  });
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function colorOf(text: string | undefined): Color | undefined {
  const [red, green, blue, ...more] = (text ?? '').split(/\s+/).filter(Boolean).map(Number);
  if (red === undefined || green === undefined || blue === undefined || more.length > 0) return undefined;
  const isColor = [red, green, blue].every((part) => part >= 0 && part <= 1);
  return isColor ? [red, green, blue] : undefined;
}
