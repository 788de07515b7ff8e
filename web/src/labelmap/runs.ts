/**
 * Changes of voxels as runs in ascending order: voxels to skip, voxels changed, and the exclusive or of their value
 * before and after, which turns either into the other. Numbers have seven bits a byte, low ones first, the eighth bit
 * says that more follow; a brush stroke takes about four bytes for each of its rows.
 */
export class RunWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;
  /** Where the voxels begin that no run covers yet. */
  #end = 0;

  /** Runs come in ascending order and do not overlap. */
  write(start: number, length: number, flip: number): void {
    if (this.#length + 11 > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#number(start - this.#end);
    this.#number(length);
    this.#bytes[this.#length++] = flip;
    this.#end = start + length;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #number(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#length++] = rest;
  }
}

/** Turns the voxels from before into after, or from after into before. */
export function flipRuns(voxels: Uint8Array, runs: Uint8Array): void {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = runs[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  for (let index = 0; at < runs.length;) {
    index += number();
    const end = index + number();
    const flip = runs[at++]!;
    for (; index < end; index++) voxels[index]! ^= flip;
  }
}
