import {CallFailed} from './failure.js';
import type {FailureCode} from './failure.js';

/** Waits for one thing at a time, and tells when one has not come in time. */
export class ResponseTimer {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly onLate: (failure: CallFailed) => void) {}

  /** From here on this is what is waited for. */
  await(code: FailureCode, ms: number, retryable: boolean): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.onLate(new CallFailed(code, {retryable}));
    }, ms);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
