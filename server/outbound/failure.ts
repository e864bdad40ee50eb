/** What can go wrong with a call to somebody else's server; for logs, alerts and the delivery log. */
export type FailureCode =
  | 'address_refused'
  | 'answer_too_large'
  | 'bad_answer'
  | 'circuit_open'
  | 'connect_timeout'
  | 'connection_failed'
  | 'cut'
  | 'empty_answer'
  | 'first_byte_timeout'
  | 'http_error'
  | 'misconfigured'
  | 'redirected'
  | 'silence_timeout'
  | 'stopped'
  | 'storage_failed'
  | 'total_timeout'
  | 'upstream_error';

interface Details {
  /** The answer's status, where one came. */
  status?: number;
  /** Worth another try, since nothing of an answer has come. */
  retryable?: boolean;
  /** How long the other side asks to wait. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** The other side's own words stay in `cause`: they can hold anything, and go nowhere. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: FailureCode,
    {status, retryable = false, retryAfterMs, cause}: Details = {},
  ) {
    super(status === undefined ? code : `${code} ${status}`, {cause});
    this.status = status;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
  }
}
