import { unite, type Box, type Grid } from './grid.js';
import { RunWriter } from './runs.js';

/** Which voxels an edit may change. */
export interface PaintRule {
  /** Values that may be painted over; 0 is background. */
  readonly over: 'anything' | 'background' | readonly number[];
  /** Only where the image, in RAS order, is from `min` to `max`. */
  readonly intensity?: { readonly image: ArrayLike<number>; readonly min: number; readonly max: number };
}

/** What an edit did, to be taken back and done again by `History`. */
export interface Change {
  /** Around all voxels that changed. */
  readonly box: Box;
  /** As `RunWriter` writes them. */
  readonly runs: Uint8Array;
}

/** Voxels of a page are copied before the first of them changes. Pages are long enough to be few, short enough to copy. */
const pageBits = 11;
const pageLength = 1 << pageBits;

/** One change of a drawing, such as a stroke from pointer down to pointer up. */
export class Edit {
  readonly #mayPaintOver: Uint8Array;
  readonly #intensity: PaintRule['intensity'];
  readonly #before: (Uint8Array | undefined)[];

  /** `voxels`: in RAS order; they are changed in place. */
  constructor(
    readonly voxels: Uint8Array,
    readonly grid: Grid,
    { over, intensity }: PaintRule,
  ) {
    this.#mayPaintOver = new Uint8Array(256).fill(over === 'anything' ? 1 : 0);
    if (over !== 'anything') for (const value of over === 'background' ? [0] : over) this.#mayPaintOver[value] = 1;
    this.#intensity = intensity;
    this.#before = new Array<undefined>(Math.ceil(voxels.length / pageLength));
  }

  /** Whether the rule lets the voxel change from the value that it has now. */
  permits(index: number): boolean {
    if (this.#mayPaintOver[this.voxels[index]!] === 0) return false;
    if (this.#intensity === undefined) return true;
    const { image, min, max } = this.#intensity;
    return image[index]! >= min && image[index]! <= max;
  }

  /** Changes a voxel if the rule permits it. */
  set(index: number, value: number): void {
    if (this.voxels[index] === value || !this.permits(index)) return;
    const page = index >>> pageBits;
    this.#before[page] ??= this.voxels.slice(page * pageLength, (page + 1) * pageLength);
    this.voxels[index] = value;
  }

  /** Ends the edit. Undefined where no voxel is different from before. */
  finish(): Change | undefined {
    const runs = new RunWriter();
    let box: Box | undefined;
    this.#before.forEach((before, page) => {
      const first = page * pageLength;
      for (let at = 0; at < before!.length;) {
        const flip = before![at]! ^ this.voxels[first + at]!;
        const start = at;
        do at++;
        while (at < before!.length && (before![at]! ^ this.voxels[first + at]!) === flip);
        if (flip === 0) continue;
        runs.write(first + start, at - start, flip);
        const around = this.#boxOf(first + start, first + at - 1);
        box = box === undefined ? around : unite(box, around);
      }
    });
    return box && { box, runs: runs.finish() };
  }

  #boxOf(first: number, last: number): Box {
    const [width, height] = this.grid.size;
    const [firstRow, lastRow] = [Math.floor(first / width), Math.floor(last / width)];
    const [firstSlice, lastSlice] = [Math.floor(firstRow / height), Math.floor(lastRow / height)];
    const [oneRow, oneSlice] = [firstRow === lastRow, firstSlice === lastSlice];
    return {
      min: [oneRow ? first % width : 0, oneSlice ? firstRow % height : 0, firstSlice],
      max: [oneRow ? (last % width) + 1 : width, oneSlice ? (lastRow % height) + 1 : height, lastSlice + 1],
    };
  }
}
