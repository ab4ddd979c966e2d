/**
 * The closed list of everything that can go wrong in Relevo and reach a person or a client.
 * Each code has one HTTP status, says whether a retry can help, and has a page in `docs/errors/`.
 */
export const errorCatalogue = {
  REQUEST_INVALID: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  FORBIDDEN: { status: 403, retryable: false },
  RATE_LIMITED: { status: 429, retryable: true },
  OVERLOADED: { status: 503, retryable: true },
  REQUEST_UNPROCESSABLE: { status: 422, retryable: false },
  REQUEST_TIMEOUT: { status: 408, retryable: true },
  BODY_TOO_LARGE: { status: 413, retryable: false },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, retryable: false },
  ROW_INVALID: { status: 422, retryable: false },
  ROUTE_NOT_FOUND: { status: 404, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  PIPELINE_NOT_FOUND: { status: 404, retryable: false },
  PIPELINE_INVALID: { status: 422, retryable: false },
  RUN_NOT_FOUND: { status: 404, retryable: false },
  RUN_ALREADY_ACTIVE: { status: 409, retryable: false },
  MODEL_NOT_FOUND: { status: 404, retryable: false },
  CHAMPION_MISSING: { status: 409, retryable: false },
  CHAMPION_MOVED: { status: 409, retryable: false },
  ROLLBACK_IMPOSSIBLE: { status: 409, retryable: false },
  ARTIFACT_CORRUPT: { status: 500, retryable: false },
  ENVIRONMENT_INVALID: { status: 500, retryable: false },
  PORT_TAKEN: { status: 500, retryable: false },
  HOME_IN_USE: { status: 409, retryable: false },
  PROCESS_CRASHED: { status: 500, retryable: true },
  API_UNREACHABLE: { status: 503, retryable: true },
  TEMPORAL_UNAVAILABLE: { status: 503, retryable: true },
  DATABASE_UNAVAILABLE: { status: 503, retryable: true },
  URL_REFUSED: { status: 422, retryable: false },
  PAYLOAD_UNREADABLE: { status: 422, retryable: false },
  NATIVE_LIBRARY_MISSING: { status: 500, retryable: false },
  SOURCE_UNAVAILABLE: { status: 503, retryable: true },
  BUCKET_UNAVAILABLE: { status: 503, retryable: true },
  BUCKET_REFUSED: { status: 422, retryable: false },
  SOURCE_CHECKSUM_MISMATCH: { status: 422, retryable: false },
  SOURCE_ENCODING_INVALID: { status: 422, retryable: false },
  SOURCE_HEADER_CHANGED: { status: 422, retryable: false },
  SOURCE_SHRANK: { status: 409, retryable: false },
  SOURCE_CHANGED: { status: 409, retryable: false },
  SOURCE_TRUNCATED: { status: 422, retryable: false },
  SOURCE_ROW_MALFORMED: { status: 422, retryable: false },
  EXPECTATION_STOPPED: { status: 422, retryable: false },
  DATASET_NOT_FOUND: { status: 404, retryable: false },
  DATASET_TOO_SMALL: { status: 422, retryable: false },
  EXPRESSION_INVALID: { status: 422, retryable: false },
  DRIFT_STATE_INVALID: { status: 422, retryable: false },
  DRIFT_CHECK_NOT_FOUND: { status: 404, retryable: false },
  API_KEY_NOT_FOUND: { status: 404, retryable: false },
  USER_NOT_FOUND: { status: 404, retryable: false },
  USER_EXISTS: { status: 409, retryable: false },
  IDENTITY_UNAVAILABLE: { status: 503, retryable: true },
  ALERT_NOT_FOUND: { status: 404, retryable: false },
  PREDICTION_NOT_FOUND: { status: 404, retryable: false },
  CONTEST_NOT_FOUND: { status: 404, retryable: false },
  CONTEST_STAGE_WRONG: { status: 409, retryable: false },
  MLFLOW_NOT_FOUND: { status: 404, retryable: false },
  MLFLOW_ALREADY_EXISTS: { status: 409, retryable: false },
  MLFLOW_MODEL_UNFIT: { status: 422, retryable: false },
  BATCH_NOT_DONE: { status: 409, retryable: false },
  BREAKER_OPEN: { status: 409, retryable: false },
  RETRAIN_IMPOSSIBLE: { status: 422, retryable: false },
  TRAINING_FAILED: { status: 500, retryable: false },
  PARITY_FAILED: { status: 500, retryable: false },
  CANCELLED: { status: 409, retryable: false },
  INTERNAL: { status: 500, retryable: true },
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

/** What a client may rely on beside the message: where the fault is, what was there, what was expected. */
export interface ErrorDetails {
  field?: string;
  value?: unknown;
  expected?: string;
  /** File and line, row number or byte offset, in words. */
  where?: string;
  /** Further faults of the same input, in order; `where`, `field`, `value`, `expected` of each. */
  issues?: Omit<ErrorDetails, 'issues'>[];
  /** What to do about it, in one sentence. */
  remedy?: string;
}

/** `docs/errors/ROW_INVALID.md`: a path in the repository. */
export const errorDocsUrl = (code: ErrorCode): string => `docs/errors/${code}.md`;

/** Whether a text is a code of this catalogue: another version of Relevo may send others. */
export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errorCatalogue, value);

/** The one error class that crosses a boundary (HTTP, CLI, workflow): a closed code, a sentence, details. */
export class RelevoError extends Error {
  override readonly name = 'RelevoError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  /** Whether the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return errorCatalogue[this.code].retryable;
  }
}

/** A value as it may be shown in an error: short, on one line, never an object dump. */
export function showValue(value: unknown, maxLength = 60): string {
  const text =
    typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value);
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}
