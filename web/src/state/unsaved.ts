/** Which of the drafts that are kept under the name of a case may be laid on its image. */

import type { LabelVersion } from '../api/types.js';
import { keyAside, keyOf, type Draft, type ImageIdentity } from '../keep/draft.js';
import type { Vec3 } from '../labelmap/grid.js';
import { sameSize } from './stored-label.js';

export interface Sorted {
  /** The work that was going on. */
  readonly own: Draft | undefined;
  /** On the same image, and put by. */
  readonly aside: readonly Draft[];
  /** On another image that had the name. */
  readonly foreign: readonly Draft[];
}

export function sortDrafts(drafts: readonly Draft[], image: ImageIdentity, size: Vec3): Sorted {
  // Drafts of earlier pages do not say which image they were made on.
  const isOld = ({ fingerprint }: Draft): boolean => fingerprint === undefined;
  const fits = (draft: Draft): boolean =>
    sameSize(draft.size, size) && (isOld(draft) || draft.fingerprint === image.fingerprint);
  const fitting = drafts.filter(fits).toSorted((a, b) => b.savedAt.getTime() - a.savedAt.getTime());
  const own = fitting.find(({ key }) => key === keyOf(image)) ?? fitting.find(isOld);
  return {
    own,
    aside: fitting.filter((draft) => draft !== own),
    foreign: drafts.filter((draft) => !fits(draft)),
  };
}

/** The draft as the work that goes on with the image. */
export function takenUp(draft: Draft, image: ImageIdentity): Draft {
  return { ...draft, ...identityOf(image), key: keyOf(image) };
}

/** The draft as work that has been put by. */
export function putBy(draft: Draft, image: ImageIdentity): Draft {
  return { ...draft, ...identityOf(image), key: keyAside(image, draft.savedAt), isSubmitted: false };
}

/** Whether something was stored that the draft does not go on from. */
export function isOvertaken({ base, savedAt }: Draft, stored: LabelVersion | undefined): boolean {
  if (stored === undefined) return false;
  if (base !== undefined) return base !== stored.version;
  return stored.when !== undefined && stored.when > savedAt;
}

function identityOf({ datastore, id, fingerprint }: ImageIdentity): ImageIdentity {
  return { datastore, id, fingerprint };
}
