/** `offline`: no answer at all; `refused`: the server said no; `aborted`: we stopped it ourselves. */
export type FailureKind = 'offline' | 'refused' | 'aborted';

export class ApiError extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly status = 0,
  ) {
    super(message);
  }
}
