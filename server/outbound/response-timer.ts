import {CallFailed} from './call-failed.js';
import type {FailureCode} from './call-failed.js';

/** Timer for one event at a time, which calls `onLate` if the event is late. */
export class ResponseTimer {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly onLate: (failure: CallFailed) => void) {}

  /** Waits for this event instead of the previous one. */
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
