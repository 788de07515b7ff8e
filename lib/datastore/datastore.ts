/** What a datastore is to the rest of the server; `local/` is one on a folder, others may follow. */

/** The tag of a submitted label; "original" is the tag of what a model proposed. */
export const finalTag = 'final';

/** Free information kept beside an image or a label, as clients send and read it. */
export type Info = Record<string, unknown>;

export interface LabelEntry {
  readonly ext: string;
  readonly info: Info;
}

export interface ImageEntry {
  readonly ext: string;
  readonly info: Info;
  /** By tag. */
  readonly labels: ReadonlyMap<string, LabelEntry>;
}

export interface DatastoreStatus {
  readonly total: number;
  readonly completed: number;
  readonly label_tags: Readonly<Record<string, number>>;
}

/** An image with its submitted label, as training wants it. */
export interface LabelledCase {
  readonly id: string;
  readonly image: string;
  readonly label: string;
  /** Of the label. */
  readonly info: Info;
}

/** What must be true of the stored file for a write to take place; CONFLICT where it is not. */
export interface Expected {
  /** Of the file to be replaced; null: there is none. Anything when absent. */
  readonly version?: string | null;
  /** For a label: the stamp (files/stamp.ts) of the image that it belongs to; 412 for another. Any when absent. */
  readonly image?: string;
}

/** What is known of a label that a newer one has replaced; its file is kept until the next one. */
export interface Replaced {
  readonly version: string;
  readonly client_id?: unknown;
  readonly ts?: unknown;
}

export interface SavedLabel {
  readonly id: string;
  /** Kept as `version` in the label's info; a new one with every save. */
  readonly version: string;
  readonly replaced?: Replaced;
}

/** A label whose voxels are to be looked at, since they never were or have changed. */
export interface UncheckedLabel {
  readonly id: string;
  readonly tag: string;
  /** Changes with the label's file and with the image's. */
  readonly stamp: string;
}

export interface CheckedLabel extends UncheckedLabel {
  /** What is kept as `checked` in the label's info. */
  readonly checked: Info;
}

export interface AddedFile {
  /** Path of a complete temporary file on any file system; the datastore moves or copies it and owns it from then on. */
  readonly path: string;
  /** With its leading dot: ".nii.gz". */
  readonly ext: string;
}

/** A version to compare with: of a label laid in by hand, the time at which it was first seen. */
export function versionOf({ info }: LabelEntry): string {
  return typeof info['version'] === 'string' ? info['version'] : String(info['ts']);
}

/**
 * Ids name images; a label is named by its image's id and a tag. Every method that takes an id throws NOT_FOUND for one
 * that is not there and INVALID_INPUT for one that could not be. A resolved write is on disk, synced.
 *
 * What is known of a file that is away for a while is kept, unseen, until the file is back; only removing forgets.
 */
export interface Datastore {
  /** Its own, whatever it is called and wherever it is served. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** All labels lie below this folder, all images below the studies. */
  readonly labelsFolder: string;
  /** For files on their way into the datastore, on its own file system; emptied when it is opened. */
  readonly incoming: string;
  /** Folder for pictures of images, which may be deleted at any time; not there before the first. */
  readonly pictures: string;

  status(): DatastoreStatus;
  /** Ids in the order in which the images were first seen. */
  images(): readonly string[];
  unlabelled(tag?: string): readonly string[];
  /** In the order of images(). */
  labelledCases(tag?: string): readonly LabelledCase[];

  image(id: string): ImageEntry;
  has(id: string): boolean;
  label(id: string, tag: string): LabelEntry;
  hasLabel(id: string, tag: string): boolean;
  /** The id of an image by the absolute path of its file, or of what a link leads to; undefined for any other path. */
  idOfPath(path: string): string | undefined;
  /** Absolute path of a file that lies under the studies. */
  imagePath(id: string): string;
  labelPath(id: string, tag: string): string;

  /** Adds or replaces; the replaced file is kept until the next one. Returns the id it was given. */
  addImage(id: string, file: AddedFile, info: Info, expected?: Expected): Promise<string>;
  removeImage(id: string): Promise<void>;
  /** Adds or replaces; the replaced file is kept until the next one. */
  saveLabel(id: string, tag: string, file: AddedFile, info: Info, expected?: Expected): Promise<SavedLabel>;
  removeLabel(id: string, tag: string): Promise<void>;
  updateImageInfo(id: string, info: Info): Promise<void>;
  updateLabelInfo(id: string, tag: string, info: Info): Promise<void>;

  /** Labels of these tags that nobody has looked at since they, or their images, were written. */
  uncheckedLabels(tags: readonly string[]): Promise<readonly UncheckedLabel[]>;
  /** One write for all; a label that has changed since its stamp was given out is passed over. */
  setChecked(labels: readonly CheckedLabel[]): Promise<void>;

  /**
   * Draws the next image for a person: one draw at a time, marked before the next begins. Images that somebody else was
   * given within the last minutes are offered to `choose` only when it took none of the others. Undefined when nothing is
   * unlabelled, or nothing was chosen.
   */
  reserve<Choice extends { readonly id: string }>(
    strategy: string,
    clientId: string,
    choose: (candidates: readonly string[]) => Promise<Choice | undefined>,
  ): Promise<Choice | undefined>;

  /** Everything that is known of it, in upstream's layout. */
  catalogue(): Readonly<Record<string, unknown>>;

  close(): Promise<void>;
}
