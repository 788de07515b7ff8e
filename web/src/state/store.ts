/** All that the page knows and shows, in one place. Views read it; the actions beside this file change it. */

import { computed, signal } from '@preact/signals-core';
import type { ServerInfo, StoredCase, Task } from '../api/server.js';
import type { Vec3 } from '../labelmap/grid.js';
import type { ClickMark, Marks, Ruler } from '../viewer/overlay.js';
import type { Axis, Layout } from '../viewer/panes.js';
import type { CaseSession, OpenCase, Proposal, Submission } from './case-session.js';
import type { Click } from './drawing.js';
import type { Label } from './labels.js';
import { Outbox } from './outbox.js';

/* The server */

export const connection = signal<'connecting' | 'online' | 'offline'>('connecting');
export const info = signal<ServerInfo | undefined>(undefined);
/** Who labels, as it is written beside what is submitted. */
export const user = signal(localStorage.getItem('user') ?? '');

/* Cases */

export const storedCases = signal<Readonly<Record<string, StoredCase>>>({});
/** Ids of cases with unsaved work in this browser, and when it was kept. */
export const drafts = signal<ReadonlyMap<string, Date>>(new Map());
export const search = signal('');
export const stateFilter = signal<'all' | 'new' | 'proposed' | 'in work' | 'labelled' | 'with a problem'>('all');
export const strategy = signal('random');
export const uploads = signal<readonly { readonly name: string; readonly part: number }[]>([]);

/** The server's own name for its folder; empty where it has none. */
export const datastore = signal('');

/* The open case */

export interface Loading {
  readonly id: string;
  readonly stage: 'download' | 'prepare';
  /** 0…1; undefined where it is not known. */
  readonly part: number | undefined;
}

export const loading = signal<Loading | undefined>(undefined);
/** All below is the open session's own. */
export const session = signal<CaseSession | undefined>(undefined);
export const openCase = computed<OpenCase | undefined>(() => session.value?.image);
export const labels = computed<readonly Label[]>(() => session.value?.labels.value ?? []);
/** Counts the changes of the drawing since the case was opened. */
export const revision = computed(() => session.value?.drawing.revision.value ?? 0);
export const hasUnsavedWork = computed(() => session.value?.hasUnsavedWork.value ?? false);
/** Kept in this browser, the server has not seen it yet. */
export const keptRevision = computed(() => session.value?.keptRevision.value ?? 0);
export const submission = computed<Submission>(() => session.value?.submission.value ?? { state: 'none' });

/** What was submitted and is not stored, of cases that are closed. */
export const outbox = new Outbox();

/* Looking */

export const layout = signal<Layout>('grid');
export const crosshair = signal<Vec3>([0, 0, 0]);
/** Intensities shown black and white. */
export const intensityWindow = signal<readonly [low: number, high: number]>([0, 1]);
export const opacity = signal(0.5);
export const outline = signal(false);
/** The 3-D view has a pane beside the slices. */
export const showsRender = signal(true);
/** The pane under the pointer. */
export const pointedAxis = signal<Axis | undefined>(undefined);
/** Which panels at the sides are there; narrow windows have room for one, over the image. */
export const panels = signal({ cases: true, side: true });
export const rulers = signal<readonly Ruler[]>([]);

/* Correcting */

export type Tool = 'look' | 'brush' | 'erase' | 'fill' | 'measure' | 'click';

export const tool = signal<Tool>('look');
/** Slot of the label that tools paint. */
export const activeLabel = signal(1);
/** Millimetres. */
export const brushRadius = signal(8);
export const brushIn3d = signal(false);
/** Tools leave the voxels of all other labels alone. */
export const protectOthers = signal(true);
/** The brush paints only where the intensity lies within. */
export const threshold = signal<{ readonly on: boolean; readonly min: number; readonly max: number }>({
  on: false,
  min: -100,
  max: 250,
});
export const canUndo = computed(() => session.value?.drawing.canUndo.value ?? false);
export const canRedo = computed(() => session.value?.drawing.canRedo.value ?? false);
export const brushMark = signal<Marks['brush']>(undefined);

/* Proposing */

export const model = signal('');
export const clicks = computed<readonly Click[]>(() => session.value?.drawing.clicks.value ?? []);
export const clickForeground = signal(true);
export const proposing = signal<{ readonly model: string; readonly since: Date } | undefined>(undefined);
/** What made the latest proposal, and the seconds that it took. */
export const proposal = computed<Proposal | undefined>(() => session.value?.proposal.value);
export const clickMarks = signal<readonly ClickMark[]>([]);

/* Training */

export const trainer = signal('');
export const training = signal<Task | undefined>(undefined);
export interface EpochPoint {
  readonly epoch: number;
  readonly loss: number | undefined;
  /** 0…1 */
  readonly dice: number | undefined;
}

export const history = signal<readonly EpochPoint[]>([]);
/** A model that has been published since the page last proposed with it. */
export const newModel = signal<string | undefined>(undefined);

/* Messages */

export interface Message {
  readonly kind: 'note' | 'error';
  readonly text: string;
  /** What can be done about it. */
  readonly action?: { readonly title: string; readonly run: () => void };
}

export const message = signal<Message | undefined>(undefined);
export const keysShown = signal(false);
/** Something that takes long and has no place of its own. */
export const busy = signal<string | undefined>(undefined);
