/** What the server says of images and labels. */

export interface StoredFile {
  readonly ext: string;
  readonly info: Readonly<Record<string, unknown>>;
}

export interface StoredCase {
  readonly image: StoredFile;
  /** By tag. */
  readonly labels: Readonly<Record<string, StoredFile>>;
}

export interface Catalogue {
  /** The server's own name for its folder; older servers have none. */
  readonly id?: string;
  readonly objects: Readonly<Record<string, StoredCase>>;
}

/** What the values of a stored label mean. */
export interface LabelSummary {
  readonly label_values: Readonly<Record<string, number>>;
  readonly needs_names: readonly number[];
  readonly notes: readonly string[];
}

/** A stored label on the grid of its image. */
export interface PlacedLabel extends LabelSummary {
  readonly version: string;
  /** NIfTI, inflated. */
  readonly bytes: Uint8Array;
}

/** Who stored a label, and when; `version` changes with every save. */
export interface LabelVersion {
  readonly version: string;
  readonly who: string | undefined;
  readonly when: Date | undefined;
  /** What the page that sent it called the sending; absent for other clients. */
  readonly sending: string | undefined;
}

/** What a label may replace, and what it was drawn on. */
export interface Over {
  /** The version of the stored label, null for none. */
  readonly base: string | null;
  /** ETag of the image; undefined for any. */
  readonly image: string | undefined;
}

export interface SavedLabel extends LabelSummary {
  readonly version: string;
  readonly replaced?: { readonly version: string; readonly client_id?: unknown; readonly ts?: unknown };
}

export type Params = Readonly<Record<string, unknown>>;

/** From the info of a label; undefined where there is none. */
export function versionIn(info: Readonly<Record<string, unknown>>): LabelVersion | undefined {
  const { version, ts, client_id: who, sending } = info;
  const seconds = typeof ts === 'number' ? ts : undefined;
  // A label that was laid into the folder by hand goes by the time at which it was first seen.
  const mark = typeof version === 'string' ? version : seconds?.toString();
  if (mark === undefined) return undefined;
  return {
    version: mark,
    who: typeof who === 'string' && who !== '' ? who : undefined,
    when: seconds === undefined ? undefined : new Date(seconds * 1000),
    sending: typeof sending === 'string' ? sending : undefined,
  };
}
