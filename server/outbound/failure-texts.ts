import type {FailureCode} from './call-failed.js';

const FAILURES: Record<FailureCode, string> = {
  address_refused: 'its URL is not allowed, or its host has no public IP address',
  answer_too_large: 'its response is too large',
  bad_answer: 'its response has another form than expected',
  circuit_open: 'it failed repeatedly, so it is not called for a minute',
  connect_timeout: 'it accepted no connection in time',
  connection_failed: 'the connection failed',
  cut: 'its response ended too early',
  empty_answer: 'its response is empty',
  first_byte_timeout: 'it did not respond in time',
  http_error: 'it responded with an error',
  misconfigured: 'its settings are incomplete, or their secret key was removed',
  redirected: 'it responded with a redirect, which is not followed',
  silence_timeout: 'it stopped in the middle of its response',
  stopped: 'the call was stopped',
  storage_failed: 'a file could not be read from the storage',
  total_timeout: 'it took too long',
  upstream_error: 'it reported an error in its response',
};

/** Explains a failed call in plain words, followed by its code and HTTP status for searching. */
export const describeFailure = (code: string, status?: number | null): string => {
  const text = FAILURES[code as FailureCode] as string | undefined;
  const codes = [code, status].filter((part) => part !== undefined && part !== null).join(' ');
  return text === undefined ? codes : `${text} (${codes})`;
};
