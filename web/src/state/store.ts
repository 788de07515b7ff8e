/** All that the page knows and shows, in one place. Views read it; the actions beside this file change it. */

import { computed, signal } from '@preact/signals-core';
import type { ServerInfo, StoredCase, Task } from '../api/server.js';
import type { Vec3 } from '../labelmap/grid.js';
import type { ImageGeometry } from '../viewer/geometry.js';
import type { ClickMark, Marks, Ruler } from '../viewer/overlay.js';
import type { Axis, Layout } from '../viewer/panes.js';
import type { Label } from './labels.js';

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

/* The open case */

export interface OpenCase {
  readonly id: string;
  readonly geometry: ImageGeometry;
  readonly isCt: boolean;
  readonly percentileWindow: readonly [low: number, high: number];
  /** The NIfTI header of the image's file, or what a label file needs to be made without one. */
  readonly source: { readonly header: Uint8Array } | { readonly size: Vec3; readonly affine: ImageGeometry['affine'] };
}

export interface Loading {
  readonly id: string;
  readonly stage: 'download' | 'prepare';
  /** 0…1; undefined where it is not known. */
  readonly part: number | undefined;
}

export const loading = signal<Loading | undefined>(undefined);
export const openCase = signal<OpenCase | undefined>(undefined);
export const labels = signal<readonly Label[]>([]);
/** Counts the changes of the drawing since the case was opened. */
export const revision = signal(0);
/** The revision that the server has. */
export const savedRevision = signal(0);
export const hasUnsavedWork = computed(() => revision.value !== savedRevision.value);
/** Kept in this browser, the server has not seen it yet. */
export const keptRevision = signal(0);
export const submission = signal<
  | { readonly state: 'none' }
  | { readonly state: 'sending'; readonly part: number }
  | { readonly state: 'stored'; readonly at: Date }
  | { readonly state: 'failed'; readonly reason: string }
>({ state: 'none' });

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
/** Value of the label that tools paint. */
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
export const canUndo = signal(false);
export const canRedo = signal(false);
export const brushMark = signal<Marks['brush']>(undefined);

/* Proposing */

export interface Click {
  /** Name of its label. */
  readonly label: string;
  readonly foreground: boolean;
  /** RAS order. */
  readonly voxel: Vec3;
}

export const model = signal('');
export const clicks = signal<readonly Click[]>([]);
export const clickForeground = signal(true);
export const proposing = signal<{ readonly model: string; readonly since: Date } | undefined>(undefined);
/** What made the latest proposal, and the seconds that it took. */
export const proposal = signal<{ readonly model: string; readonly seconds: number } | undefined>(undefined);
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
