import {CallFailed} from './failure.js';
import type {FailureCode} from './failure.js';

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
