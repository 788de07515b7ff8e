/** What the addon (native/node) exports. Text crosses the boundary; engine.ts gives it types. */
export interface Addon {
  /**
   * Starts an operation with its options as JSON. `answer` resolves with JSON or rejects with an Error that has a `code`.
   * `stop` raises the job's stop flag; the answer then rejects with CANCELLED unless it was ready before.
   */
  submit(
    operation: string,
    options: string,
    onProgress?: (progress: string) => void,
  ): { readonly answer: Promise<string>; readonly stop: () => void };

  /** Stops the jobs of the whole process, which ends next. Should they not let go within a second, it ends here. */
  stopJobs(exitCode: number): void;
}
