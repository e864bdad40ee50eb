import {isDatabaseDown} from '../database/failure.js';
import {InvalidRequest, MariaError} from '../errors.js';
import {StoreUnavailable} from '../object-store/errors.js';

/** Nobody reads this answer; it keeps a cancelled upload from looking like a fault of ours. */
export class BrokenOff extends InvalidRequest {
  constructor() {
    super('The client broke off before the file was whole.');
  }
}

/** What the trail says of an upload that failed: the answer's code, or that nobody waited for one. */
export const failureCode = (reason: unknown): string => {
  if (reason instanceof BrokenOff) return 'aborted';
  if (reason instanceof MariaError) return reason.code;
  return reason instanceof StoreUnavailable || isDatabaseDown(reason) ? 'unavailable' : 'internal';
};
