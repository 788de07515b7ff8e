import { computed } from '@preact/signals-core';
import type { StoredCase, StoredFile } from '../api/server.js';
import { drafts, search, stateFilter, storedCases, user } from './store.js';

type CaseState = 'new' | 'proposed' | 'in work' | 'labelled';

export interface Case {
  readonly id: string;
  readonly state: CaseState;
  /** A person, or the model of a proposal. */
  readonly who: string | undefined;
  readonly when: Date | undefined;
  /** Whether the server can draw a small picture of it. */
  readonly isVolume: boolean;
  /** Whether somebody has submitted a label, also where there is unsaved work on it. */
  readonly isLabelled: boolean;
  /** Why its image or its label cannot be used as it is. */
  readonly problem: string | undefined;
}

type Situation = Pick<Case, 'state' | 'who' | 'when'>;

/** A case that somebody else took so long ago is taken for given up. Seconds. */
const takenFor = 8 * 3600;

export const cases = computed<readonly Case[]>(() =>
  Object.entries(storedCases.value).map(([id, stored]) => describe(id, stored, drafts.value.get(id))),
);

export const shownCases = computed(() => {
  const wanted = search.value.trim().toLowerCase();
  const filter = stateFilter.value;
  return cases.value.filter(({ id, state, who, problem }) => {
    const matches = id.toLowerCase().includes(wanted) || (who ?? '').toLowerCase().includes(wanted);
    return matches && (filter === 'all' || state === filter || (filter === 'with a problem' && problem !== undefined));
  });
});

export const labelledCount = computed(() => cases.value.filter(({ isLabelled }) => isLabelled).length);

function describe(id: string, stored: StoredCase, draft: Date | undefined): Case {
  return {
    id,
    ...situation(stored, draft),
    isVolume: ['.nii', '.nii.gz', '.nrrd'].includes(stored.image.ext.toLowerCase()),
    isLabelled: stored.labels['final'] !== undefined,
    problem: problemOf(stored),
  };
}

function situation({ image, labels: { final, original } }: StoredCase, draft: Date | undefined): Situation {
  if (draft !== undefined) return { state: 'in work', who: 'not submitted', when: draft };
  if (final !== undefined) return { state: 'labelled', who: text(final, 'client_id'), when: time(final) };
  const taken = takenBy(image);
  if (taken !== undefined) return { state: 'in work', ...taken };
  if (original !== undefined) return { state: 'proposed', who: text(original, 'model'), when: time(original) };
  return { state: 'new', who: undefined, when: time(image) };
}

/** What the server found when it looked at the files. */
function problemOf({ image, labels }: StoredCase): string | undefined {
  const reason = text(image, 'problem');
  if (reason !== undefined) return `The image cannot be opened: ${withoutPath(reason)}`;
  const checked = (labels['final']?.info['checked'] ?? {}) as { problem?: string; needs_names?: number[] };
  if (checked.problem !== undefined) return `The label cannot be used: ${withoutPath(checked.problem)}`;
  const [first, ...more] = checked.needs_names ?? [];
  if (first === undefined) return undefined;
  return `The label needs names: ${more.length === 0 ? 'value' : 'values'} ${[first, ...more].join(', ')}`;
}

/** Where a file lies on the server tells a person at this page nothing. */
function withoutPath(reason: string): string {
  return reason.replace(/^([a-z]:)?[/\\][^:]*: /i, '');
}

/** Who got it as the next case, unless that was the person at this page. */
function takenBy({ info }: StoredFile): { who: string; when: Date } | undefined {
  const served = Object.values((info['strategy'] ?? {}) as Record<string, { ts?: number; client_id?: string }>);
  const latest = served.sort((a, b) => (b.ts ?? 0) - (a.ts ?? 0))[0];
  const isFresh = latest?.ts !== undefined && Date.now() / 1000 - latest.ts < takenFor;
  if (!isFresh || latest.client_id === undefined || latest.client_id === clientId()) return undefined;
  return { who: latest.client_id, when: new Date(latest.ts! * 1000) };
}

/** The name under which the server keeps what this person does. */
export function clientId(): string {
  return user.value === '' ? 'annotation page' : user.value;
}

function text({ info }: StoredFile, key: string): string | undefined {
  return typeof info[key] === 'string' ? info[key] : undefined;
}

function time({ info }: StoredFile): Date | undefined {
  return typeof info['ts'] === 'number' ? new Date(info['ts'] * 1000) : undefined;
}
