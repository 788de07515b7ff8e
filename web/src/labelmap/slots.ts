/**
 * A drawing has one byte a voxel, a file any whole numbers. A slot is what the drawing has for a value of the file: its
 * position, from 1, in a list of values. 0 is background in both.
 */

/** The narrowest of the types in which labels are written. */
export type LabelVoxels = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

export const mostSlots = 255;

/** Every value but 0, in ascending order. */
export function valuesIn(voxels: Uint8Array | Int32Array): number[] {
  const found = new Set<number>();
  let last = 0;
  for (const value of voxels) {
    if (value === last) continue;
    found.add(value);
    last = value;
  }
  found.delete(0);
  return [...found].sort((a, b) => a - b);
}

/** `values`: all that occur, by slot. Throws where there are more than a drawing can tell apart. */
export function toSlots(voxels: Uint8Array | Int32Array, values: readonly number[]): Uint8Array<ArrayBuffer> {
  if (values.length > mostSlots) {
    throw new Error(`It has ${values.length} different values; the page can show ${mostSlots}`);
  }
  const slotOf = new Map([[0, 0], ...values.map((value, index) => [value, index + 1] as const)]);
  const slots = new Uint8Array(voxels.length);
  let [value, slot] = [0, 0];
  for (let index = 0; index < voxels.length; index++) {
    // Neighbours mostly have the same value.
    if (voxels[index] !== value) slot = slotOf.get((value = voxels[index]!))!;
    slots[index] = slot;
  }
  return slots;
}

/** All that occur but 0. */
export function usedSlots(slots: Uint8Array): Set<number> {
  const isUsed = new Uint8Array(mostSlots + 1);
  for (const slot of slots) isUsed[slot] = 1;
  const used = Array.from(isUsed.keys()).filter((slot) => isUsed[slot] === 1);
  return new Set(used.filter((slot) => slot !== 0));
}

/** The inverse of `toSlots`, in the narrowest type that holds what occurs. */
export function fromSlots(slots: Uint8Array, values: readonly number[]): LabelVoxels {
  const valueOf = Int32Array.from([0, ...values]);
  const used = [...usedSlots(slots)].map((slot) => valueOf[slot]!);
  const voxels = emptyFor(Math.min(0, ...used), Math.max(0, ...used), slots.length);
  for (let index = 0; index < slots.length; index++) voxels[index] = valueOf[slots[index]!]!;
  return voxels;
}

function emptyFor(lowest: number, highest: number, length: number): LabelVoxels {
  if (lowest < 0 || highest > 0xffff) return new Int32Array(length);
  return highest > 0xff ? new Uint16Array(length) : new Uint8Array(length);
}
