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
}

/** A case that somebody else took so long ago is taken for given up. Seconds. */
const takenFor = 8 * 3600;

export const cases = computed<readonly Case[]>(() =>
  Object.entries(storedCases.value).map(([id, stored]) => describe(id, stored, drafts.value.get(id))),
);

export const shownCases = computed(() => {
  const wanted = search.value.trim().toLowerCase();
  return cases.value.filter(({ id, state, who }) => {
    const matches = id.toLowerCase().includes(wanted) || (who ?? '').toLowerCase().includes(wanted);
    return matches && (stateFilter.value === 'all' || state === stateFilter.value);
  });
});

export const labelledCount = computed(() => cases.value.filter(({ state }) => state === 'labelled').length);

function describe(id: string, { image, labels }: StoredCase, draft: Date | undefined): Case {
  const isVolume = ['.nii', '.nii.gz', '.nrrd'].includes(image.ext);
  const { final, original } = labels;
  if (draft !== undefined) return { id, state: 'in work', who: 'not submitted', when: draft, isVolume };
  if (final !== undefined) return { id, state: 'labelled', who: text(final, 'client_id'), when: time(final), isVolume };
  const taken = takenBy(image);
  if (taken !== undefined) return { id, state: 'in work', who: taken.who, when: taken.when, isVolume };
  if (original !== undefined) {
    return { id, state: 'proposed', who: text(original, 'model'), when: time(original), isVolume };
  }
  return { id, state: 'new', who: undefined, when: time(image), isVolume };
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
