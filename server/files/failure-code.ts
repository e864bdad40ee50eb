import {isDatabaseDown} from '../database/errors.js';
import {MariaError} from '../errors.js';
import {ClientAborted} from '../http/client-aborted.js';
import {StoreUnavailable} from '../object-store/errors.js';

/** Returns the code for the audit row of a failed upload; `aborted` if the client disconnected. */
export const getFailureCode = (reason: unknown): string => {
  if (reason instanceof ClientAborted) return 'aborted';
  if (reason instanceof MariaError) return reason.code;
  return reason instanceof StoreUnavailable || isDatabaseDown(reason) ? 'unavailable' : 'internal';
};
