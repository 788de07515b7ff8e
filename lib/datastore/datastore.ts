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
  readonly labels: Readonly<Record<string, LabelEntry>>;
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
  /** Value in the file → name of the label, where the client said so when it submitted. */
  readonly labelNames: ReadonlyMap<number, string>;
}

export interface AddedFile {
  /** Path of a complete temporary file on any file system; the datastore moves or copies it and owns it from then on. */
  readonly path: string;
  /** With its leading dot: ".nii.gz". */
  readonly ext: string;
}

/**
 * Ids name images; a label is named by its image's id and a tag. Every method that takes an id throws NOT_FOUND for one
 * that is not there and INVALID_INPUT for one that could not be. A resolved write is on disk, synced.
 */
export interface Datastore {
  readonly name: string;
  readonly description: string;

  status(): DatastoreStatus;
  /** Ids in the order in which the images were first seen. */
  images(): readonly string[];
  unlabelled(tag?: string): readonly string[];
  /** In the order of images(). */
  labelledCases(tag?: string): readonly LabelledCase[];

  image(id: string): ImageEntry;
  has(id: string): boolean;
  /** The id of an image by the absolute path of its file, undefined for any other path. */
  idOfPath(path: string): string | undefined;
  /** Absolute path of a file that lies under the studies. */
  imagePath(id: string): string;
  labelPath(id: string, tag: string): string;

  /** Adds or replaces. Returns the id it was given. */
  addImage(id: string, file: AddedFile, info: Info): Promise<string>;
  removeImage(id: string): Promise<void>;
  saveLabel(id: string, tag: string, file: AddedFile, info: Info): Promise<string>;
  removeLabel(id: string, tag: string): Promise<void>;
  updateImageInfo(id: string, info: Info): Promise<void>;
  updateLabelInfo(id: string, tag: string, info: Info): Promise<void>;

  /** What `GET /datastore/?output=all` and `output=train` answer, in upstream's layout. */
  catalogue(): unknown;

  close(): Promise<void>;
}
