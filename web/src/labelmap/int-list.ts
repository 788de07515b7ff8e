/** A list of 32-bit integers that grows: a stack or a table without an object for each entry. */
export class IntList {
  length = 0;
  #values = new Int32Array(1024);

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  /** The list must not be empty. */
  pop(): number {
    return this.#values[--this.length]!;
  }

  /** What is in the list now; later pushes may not show in it. */
  view(): Int32Array {
    return this.#values.subarray(0, this.length);
  }
}
