export interface NativeAnswer {
  /** JSON. */
  readonly json: string;
  /** Fields of the answer that are bytes. */
  readonly buffers: Readonly<Record<string, ArrayBuffer>>;
}

/** What the addon (native/node) exports. Text and bytes cross the boundary; engine.ts gives them types. */
export interface Addon {
  /**
   * Starts an operation with its options as JSON. `answer` resolves or rejects with an Error that has a `code`.
   * `stop` raises the job's stop flag; the answer then rejects with CANCELLED unless it was ready before.
   */
  submit(
    operation: string,
    options: string,
    onProgress?: (progress: string) => void,
  ): { readonly answer: Promise<NativeAnswer>; readonly stop: () => void };

  /** Stops the jobs of the whole process, which ends next. Should they not let go within a second, it ends here. */
  stopJobs(exitCode: number): void;
}
