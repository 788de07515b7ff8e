/** All that belongs to the work on one case, from when it is opened until its label is stored or its draft is kept. */

import { computed, signal } from '@preact/signals-core';
import { keyOf, type Draft, type DraftStore, type ImageIdentity } from '../keep/draft.js';
import { Keeper } from '../keep/keeper.js';
import type { Box } from '../labelmap/grid.js';
import type { GeometrySource } from '../labelmap/label-file.js';
import type { ImageGeometry } from '../viewer/geometry.js';
import { Drawing } from './drawing.js';
import type { Label } from './labels.js';

export interface OpenCase extends ImageIdentity {
  readonly geometry: ImageGeometry;
  readonly isCt: boolean;
  readonly percentileWindow: readonly [low: number, high: number];
  /** When its file came to the server, in seconds. */
  readonly time: number | undefined;
  /** Of its file, where the server says one. */
  readonly etag: string | undefined;
  /** The NIfTI header of the image's file, or what a label file needs to be made without one. */
  readonly source: GeometrySource;
}

export type Submission =
  | { readonly state: 'none' }
  | { readonly state: 'sending'; readonly part: number }
  | { readonly state: 'stored'; readonly at: Date }
  | { readonly state: 'failed'; readonly reason: string };

export interface Proposal {
  readonly model: string;
  readonly seconds: number;
}

/** What a person should know of the case; it stays until it is closed. */
export interface Notice {
  /** One of a kind at a time. */
  readonly about: 'image' | 'label' | 'notes' | 'newer' | 'tab' | 'aside' | 'other image' | 'names';
  readonly kind: 'note' | 'error';
  readonly text: string;
  readonly actions?: readonly { readonly title: string; readonly run: () => void }[];
}

export interface Beginning {
  readonly voxels: Uint8Array;
  readonly labels: readonly Label[];
  /** Slots of labels that people drew. */
  readonly byHand: Iterable<number>;
  /** The version of the stored label that it began on; null: there is none. */
  readonly base: string | null;
  /** What a submit would do to that label that the drawing does not show. */
  readonly problem?: string | undefined;
  /** It is unsaved work: the draft under the key of the image. */
  readonly isDraft: boolean;
  /** What was sent of it in an earlier visit. */
  readonly sent?: Draft['sent'];
}

/** Says on the page what happens to what is kept. */
export interface KeepingEvents {
  readonly onKept: (session: CaseSession, savedAt: Date) => void;
  readonly onDiscarded: (session: CaseSession) => void;
  readonly onFailed: (error: unknown) => void;
}

export class CaseSession {
  readonly drawing: Drawing;
  readonly labels;
  /** The revision that the server has. */
  readonly savedRevision = signal(0);
  /** The revision that this browser keeps. */
  readonly keptRevision = signal(0);
  readonly submission = signal<Submission>({ state: 'none' });
  readonly proposal = signal<Proposal | undefined>(undefined);
  readonly notices = signal<readonly Notice[]>([]);
  /** Another tab works on the case: nothing may change here. */
  readonly isReadOnly = signal(false);
  readonly hasUnsavedWork;
  /** What a submit would do to the stored label that the drawing does not show; the person is asked first. */
  problem: string | undefined;
  /** The image has been replaced since the case was opened. */
  isImageReplaced = false;
  #base: string | null;
  /** Versions that the person has seen, or made here. */
  readonly #known = new Set<string>();
  /** What was sent and not answered: by the name of its sending, the revision. */
  readonly sendings = new Map<string, number>();
  #keeper: Keeper | undefined;
  readonly #events: KeepingEvents;

  /** Lets other tabs have the case. */
  readonly end: () => void;

  /** `onChange` gets a box around what changed in the drawing; `end` is called when nothing is left to do. */
  constructor(
    readonly image: OpenCase,
    { voxels, labels, byHand, base, problem, isDraft, sent = [] }: Beginning,
    drafts: DraftStore | undefined,
    events: KeepingEvents,
    onChange: (box: Box) => void,
    end: () => void,
  ) {
    this.end = end;
    this.drawing = new Drawing(voxels, image.geometry.grid, byHand, (box) => {
      this.#keeper?.touch(box, this.drawing.revision.value);
      onChange(box);
    });
    this.labels = signal(labels);
    this.hasUnsavedWork = computed(() => this.drawing.revision.value !== this.savedRevision.value);
    if (isDraft) this.drawing.revision.value = 1;
    if (isDraft && drafts !== undefined) this.keptRevision.value = 1;
    for (const { name, isAll } of sent) this.sendings.set(name, isAll ? 1 : 0);
    this.#base = base;
    this.problem = problem;
    if (base !== null) this.#known.add(base);
    this.#events = events;
    this.#keeper = drafts && this.#keeperIn(drafts, isDraft);
  }

  get id(): string {
    return this.image.id;
  }

  /** Work that neither the server nor this browser's storage has, nor is on its way. */
  get isOnlyHere(): boolean {
    const isKept = this.keptRevision.value === this.drawing.revision.value;
    const isOnItsWay = this.submission.value.state === 'sending';
    return this.hasUnsavedWork.value && !isKept && !isOnItsWay && !this.isReadOnly.value;
  }

  get base(): string | null {
    return this.#base;
  }

  /** The label that is stored now is the one that this work goes on from. */
  goOnFrom(version: string | null): void {
    this.#base = version;
    if (version !== null) this.#known.add(version);
  }

  knows(version: string): boolean {
    return this.#known.has(version);
  }

  /** The person has been told of a version, and goes on from another one. */
  noticeVersion(version: string): void {
    this.#known.add(version);
  }

  notice(notice: Notice): void {
    this.notices.value = [...this.notices.value.filter(({ about }) => about !== notice.about), notice];
  }

  dismiss(about: Notice['about']): void {
    this.notices.value = this.notices.value.filter((notice) => notice.about !== about);
  }

  /** What is kept of it beside its voxels. */
  describe(): Draft {
    const { datastore, id, fingerprint, geometry } = this.image;
    return {
      key: keyOf(this.image),
      datastore,
      id,
      fingerprint,
      size: geometry.grid.size,
      labels: this.labels.value.map(({ name, isNamed, value }) => ({ name, isNamed, value })),
      base: this.#base,
      ...(this.problem !== undefined && { problem: this.problem }),
      sent: Array.from(this.sendings, ([name, revision]) => {
        return { name, isAll: revision === this.drawing.revision.value };
      }),
      isSubmitted: ['sending', 'failed'].includes(this.submission.value.state),
      savedAt: new Date(),
    };
  }

  /** What a label is called, or where the work stands, has changed. */
  keepWords(): void {
    this.#keeper?.touchWords(this.drawing.revision.value);
  }

  /** Resolves when all of it is kept in this browser, or could not be. */
  async keep(): Promise<void> {
    this.drawing.endStroke();
    await this.#keeper?.flush();
  }

  /** The page may be gone after this call. */
  leave(): void {
    this.drawing.endStroke();
    this.#keeper?.leave();
  }

  async discardDraft(): Promise<void> {
    await this.#keeper?.discard();
    // What was drawn meanwhile is a draft of its own.
    if (!this.hasUnsavedWork.value) this.#events.onDiscarded(this);
  }

  /** From now on another tab has the draft: it is written to its end here, and no more. */
  async giveAway(): Promise<void> {
    this.isReadOnly.value = true;
    await this.keep();
    this.#keeper = undefined;
  }

  #keeperIn(drafts: DraftStore, isBegun: boolean): Keeper {
    const kept = {
      key: keyOf(this.image),
      size: this.image.geometry.grid.size,
      voxels: this.drawing.voxels,
      describe: () => this.describe(),
      onKept: (revision: number, savedAt: Date) => {
        this.keptRevision.value = revision;
        this.#events.onKept(this, savedAt);
      },
      onFailed: this.#events.onFailed,
    };
    return new Keeper(drafts, kept, isBegun);
  }
}
