/** Reason why a call to another server failed, for logs, alerts and the delivery log. */
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
  /** HTTP status, if there was a response. */
  status?: number;
  /** True if the call can be retried, because no part of a response has arrived. */
  retryable?: boolean;
  /** Pause that the other server requests. */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** Error of a call to another server, whose own text stays in `cause`: it can contain anything. */
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
