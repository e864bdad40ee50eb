import {isDatabaseDown} from '../database/failure.js';
import {MariaError} from '../errors.js';
import {ClientAborted} from '../http/broken-off.js';
import {StoreUnavailable} from '../object-store/errors.js';

/** What the trail says of an upload that failed: the answer's code, or that nobody waited for one. */
export const failureCode = (reason: unknown): string => {
  if (reason instanceof ClientAborted) return 'aborted';
  if (reason instanceof MariaError) return reason.code;
  return reason instanceof StoreUnavailable || isDatabaseDown(reason) ? 'unavailable' : 'internal';
};
