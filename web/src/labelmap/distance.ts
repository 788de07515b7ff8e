/**
 * Signed distances of the pixels of a shape in millimetres, from pixel centre to the nearest centre on the other side
 * of the rim: negative inside. What lies beyond the edges does not count, so the shape must not be the whole mask.
 * `inside`: 1 in the shape, else 0, rows of `width` pixels; `spacing`: along rows and from row to row.
 */
export function signedDistances(
  inside: Uint8Array,
  width: number,
  height: number,
  spacing: readonly [number, number],
): Float64Array {
  const toShape = squaredDistances(inside, 1, width, height, spacing);
  const toOutside = squaredDistances(inside, 0, width, height, spacing);
  return toShape.map((squared, index) => Math.sqrt(squared) - Math.sqrt(toOutside[index]!));
}

/** Larger than any distance in an image, and finite: the difference of two is a number. */
const far = 1e20;

/** Felzenszwalb and Huttenlocher, Distance Transforms of Sampled Functions (2012): columns, then rows, in linear time. */
function squaredDistances(
  mask: Uint8Array,
  value: number,
  width: number,
  height: number,
  [spacingX, spacingY]: readonly [number, number],
): Float64Array {
  const squared = Float64Array.from(mask, (pixel) => (pixel === value ? 0 : far));
  const lowerEnvelope = makeLowerEnvelope(Math.max(width, height));
  for (let x = 0; x < width; x++) lowerEnvelope(squared, x, width, height, spacingY);
  for (let y = 0; y < height; y++) lowerEnvelope(squared, y * width, 1, width, spacingX);
  return squared;
}

/** Replaces a line of values by the lower envelope of the parabolas that stand upon them. */
function makeLowerEnvelope(longest: number) {
  const values = new Float64Array(longest);
  /** Parabolas of the envelope from left to right, and where each becomes the lowest. */
  const feet = new Int32Array(longest);
  const starts = new Float64Array(longest);
  return (line: Float64Array, first: number, stride: number, length: number, spacing: number): void => {
    for (let at = 0; at < length; at++) values[at] = line[first + at * stride]!;
    const scale = spacing * spacing;
    const crossing = (left: number, right: number): number => {
      return ((values[right]! - values[left]!) / scale + right * right - left * left) / (2 * (right - left));
    };
    let count = 0;
    for (let foot = 0; foot < length; foot++) {
      let start = -Infinity;
      while (count > 0 && (start = crossing(feet[count - 1]!, foot)) <= starts[count - 1]!) count--;
      feet[count] = foot;
      starts[count] = start;
      count++;
    }
    for (let at = 0, lowest = 0; at < length; at++) {
      while (lowest + 1 < count && starts[lowest + 1]! <= at) lowest++;
      const foot = feet[lowest]!;
      line[first + at * stride] = values[foot]! + scale * (at - foot) * (at - foot);
    }
  };
}
