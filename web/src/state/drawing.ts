/** What is drawn on one case, and how it is taken back. */

import { batch, signal } from '@preact/signals-core';
import { paintStroke } from '../labelmap/brush.js';
import { Edit, type PaintRule } from '../labelmap/edit.js';
import { unite, type Axis, type Box, type Grid, type Vec3 } from '../labelmap/grid.js';
import { History } from '../labelmap/history.js';

/** Bytes of changes that can be taken back. */
const historyBytes = 256 * 2 ** 20;

export interface Click {
  /** Name of its label. */
  readonly label: string;
  readonly foreground: boolean;
  /** RAS order. */
  readonly voxel: Vec3;
}

export interface Brush {
  /** 0 erases. */
  readonly slot: number;
  /** Millimetres. */
  readonly radius: number;
  readonly plane: Axis | 'sphere';
  readonly rule: PaintRule;
  /** Whose voxels the person decides about: of the label that is painted or erased. */
  readonly about: number;
}

interface Stroke {
  readonly brush: Brush;
  readonly edit: Edit;
  last: Vec3;
  box: Box;
}

/** What one undo takes back or one redo brings again: a change of voxels, a click, or both. */
interface Step {
  readonly changesVoxels: boolean;
  /** The clicks on the other side of the step, and what was drawn by hand there. */
  readonly clicks: readonly Click[];
  readonly byHand: readonly number[];
}

/** What a model found: `voxels` in RAS order, whose value k from 1 is for the label in `slots[k - 1]`. */
export interface Finding {
  readonly voxels: Uint8Array;
  readonly slots: readonly number[];
}

export class Drawing {
  /** Counts the changes of voxels. */
  readonly revision = signal(0);
  readonly canUndo = signal(false);
  readonly canRedo = signal(false);
  readonly clicks = signal<readonly Click[]>([]);
  readonly #history: History;
  readonly #done: Step[] = [];
  readonly #undone: Step[] = [];
  /** Slots of labels that a person has drawn or corrected since a model gave them. */
  readonly #byHand: Set<number>;
  #stroke: Stroke | undefined;

  /**
   * `voxels`: a slot each, RAS order, changed in place; nobody can undo what lies there now. `byHand`: slots of labels in
   * it that people drew. `onChange` gets a box around what changed.
   */
  constructor(
    readonly voxels: Uint8Array,
    readonly grid: Grid,
    byHand: Iterable<number>,
    private readonly onChange: (box: Box) => void,
  ) {
    this.#history = new History(voxels, historyBytes);
    this.#byHand = new Set(byHand);
  }

  get isPainting(): boolean {
    return this.#stroke !== undefined;
  }

  beginStroke(at: Vec3, brush: Brush): void {
    this.endStroke();
    const edit = new Edit(this.voxels, this.grid, brush.rule);
    this.#stroke = { brush, edit, last: at, box: paint(edit, at, at, brush) };
    this.onChange(this.#stroke.box);
  }

  continueStroke(to: Vec3): void {
    const stroke = this.#stroke;
    if (stroke === undefined) return;
    const box = paint(stroke.edit, stroke.last, to, stroke.brush);
    stroke.box = unite(stroke.box, box);
    stroke.last = to;
    this.onChange(box);
  }

  endStroke(): void {
    const stroke = this.#stroke;
    if (stroke === undefined) return;
    this.#stroke = undefined;
    this.#byHand.add(stroke.brush.about);
    this.#commit(stroke.edit, stroke.box);
  }

  /** One change by a tool that returns a box around it; false where nothing has changed. */
  change(rule: PaintRule, about: number, tool: (edit: Edit) => Box | undefined): boolean {
    this.endStroke();
    const edit = new Edit(this.voxels, this.grid, rule);
    const box = tool(edit);
    if (box === undefined || !this.#commit(edit, box)) return false;
    this.#byHand.add(about);
    return true;
  }

  /** Slots of labels that a person has drawn and the finding would take voxels from. */
  handDrawnIn({ voxels: found, slots }: Finding): Set<number> {
    const isFindings = tableOf(slots);
    const isByHand = tableOf(this.#byHand);
    const lost = new Set<number>();
    for (let index = 0; index < found.length; index++) {
      const now = this.voxels[index]!;
      if (isFindings[now]! + isByHand[now]! < 2) continue;
      const proposed = found[index]!;
      if ((proposed === 0 ? 0 : slots[proposed - 1]) !== now) lost.add(now);
    }
    return lost;
  }

  /** Puts a finding in place of its labels, as one step; voxels of other labels stay, and those of the slots in `except`. */
  place({ voxels: found, slots }: Finding, except: ReadonlySet<number>, clicks = this.clicks.value): void {
    this.endStroke();
    const mayChange = tableOf([0, ...slots.filter((slot) => !except.has(slot))]);
    const edit = new Edit(this.voxels, this.grid, { over: 'anything' });
    for (let index = 0; index < found.length; index++) {
      const now = this.voxels[index]!;
      const proposed = found[index]!;
      if (proposed === 0 && now === 0) continue;
      const slot = proposed === 0 ? 0 : (slots[proposed - 1] ?? 0);
      if (slot !== now && mayChange[now] === 1) edit.set(index, slot);
    }
    this.#commit(edit, { min: [0, 0, 0], max: this.grid.size }, clicks);
    for (const slot of slots) if (!except.has(slot)) this.#byHand.delete(slot);
  }

  /** Replaces slots by others everywhere; earlier changes can no longer be taken back then. */
  renumber(slotOf: Uint8Array): void {
    this.endStroke();
    for (let index = 0; index < this.voxels.length; index++) this.voxels[index] = slotOf[this.voxels[index]!]!;
    const byHand = [...this.#byHand].map((slot) => slotOf[slot]!);
    this.#byHand.clear();
    for (const slot of byHand) this.#byHand.add(slot);
    this.#history.clear();
    this.#done.length = this.#undone.length = 0;
    batch(() => this.#changed({ min: [0, 0, 0], max: this.grid.size }));
  }

  /** Counts as a change where no voxel is another one: what a label is called, say. */
  markChanged(): void {
    this.revision.value++;
  }

  undo(): void {
    this.#step('undo');
  }

  redo(): void {
    this.#step('redo');
  }

  #step(direction: 'undo' | 'redo'): void {
    this.endStroke();
    const [from, to] = direction === 'undo' ? [this.#done, this.#undone] : [this.#undone, this.#done];
    const next = from.at(-1);
    if (next === undefined) return;
    const box = next.changesVoxels ? this.#history[direction]() : undefined;
    if (next.changesVoxels && box === undefined) return;
    from.pop();
    to.push({ ...next, clicks: this.clicks.value, byHand: [...this.#byHand] });
    this.#byHand.clear();
    for (const slot of next.byHand) this.#byHand.add(slot);
    batch(() => {
      this.clicks.value = next.clicks;
      this.#changed(box);
    });
  }

  #commit(edit: Edit, box: Box, clicks = this.clicks.value): boolean {
    const change = edit.finish();
    if (change === undefined && clicks === this.clicks.value) return false;
    if (change !== undefined) this.#history.push(change);
    this.#done.push({ changesVoxels: change !== undefined, clicks: this.clicks.value, byHand: [...this.#byHand] });
    this.#undone.length = 0;
    batch(() => {
      this.clicks.value = clicks;
      this.#changed(change && box);
    });
    return true;
  }

  #changed(box: Box | undefined): void {
    if (box !== undefined) {
      this.revision.value++;
      this.onChange(box);
    }
    const [last, next] = [this.#done.at(-1), this.#undone.at(-1)];
    // The oldest changes are forgotten when there are too many.
    this.canUndo.value = last !== undefined && (!last.changesVoxels || this.#history.canUndo);
    this.canRedo.value = next !== undefined && (!next.changesVoxels || this.#history.canRedo);
  }
}

function paint(edit: Edit, from: Vec3, to: Vec3, { slot, radius, plane }: Brush): Box {
  return paintStroke(edit, from, to, { value: slot, radius, plane });
}

function tableOf(slots: Iterable<number>): Uint8Array {
  const table = new Uint8Array(256);
  for (const slot of slots) table[slot] = 1;
  return table;
}
