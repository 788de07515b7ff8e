import type { ErrorCode } from './engine/types.js';

const statusOf: Record<ErrorCode, number> = {
  INVALID_INPUT: 400,
  INVALID_FILE: 400,
  UNFIT_LABEL: 422,
  NOT_FOUND: 404,
  UNSUPPORTED: 400,
  TOO_LARGE: 413,
  OUT_OF_MEMORY: 507,
  CANCELLED: 499,
  CONFLICT: 409,
  IO: 500,
  INTERNAL: 500,
};

/**
 * The one error type: a stable code, a sentence that names the field and the value, and an HTTP status.
 * Native errors arrive as the same class. Clients see `{"detail": message}`; the log has the stack.
 */
export class LabelError extends Error {
  override readonly name = 'LabelError';
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { status?: number; cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.status = options?.status ?? statusOf[code];
  }
}
