import {UPLOAD_MAX_MS} from '../contract/limits.js';
import {TooSlow} from '../errors.js';

export const MIN_BYTES_PER_SECOND = 8 * 1024;
export const WINDOW_MS = 20_000;

export interface SlowClientLimits {
  minBytesPerSecond: number;
  /** Time spent waiting for the client after which its bytes are checked. */
  windowMs: number;
  maxMs: number;
}

export const UPLOAD_SPEED_LIMITS: SlowClientLimits = {
  minBytesPerSecond: MIN_BYTES_PER_SECOND,
  windowMs: WINDOW_MS,
  maxMs: UPLOAD_MAX_MS,
};
/** Limits of downloads. The window is longer, because send buffers empty in steps of 100 kB. */
export const DOWNLOAD_SPEED_LIMITS: SlowClientLimits = {
  minBytesPerSecond: MIN_BYTES_PER_SECOND,
  windowMs: 60_000,
  maxMs: UPLOAD_MAX_MS,
};

/**
 * Aborts with `TooSlow` if the client sends or reads too slowly. Only the time spent waiting for
 * the client counts, so that a slow store never makes a visitor look slow.
 */
export class SlowClientGuard {
  private waitedMs = 0;
  private windowBytes = 0;
  /** Time from which the current wait counts towards the current window. */
  private countedFromMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly end: NodeJS.Timeout;

  constructor(
    private readonly abort: (reason: Error) => void,
    private readonly now: () => number = () => performance.now(),
    private readonly limits: SlowClientLimits = UPLOAD_SPEED_LIMITS,
  ) {
    const {maxMs} = limits;
    this.end = setTimeout(() => {
      abort(new TooSlow(`The upload took longer than ${maxMs / 1000} s. Send it again.`));
    }, maxMs);
  }

  /** Measures the wait for the client's next bytes, and returns the result of `next`. */
  async wait<T>(next: () => Promise<T>, sizeOf: (result: T) => number): Promise<T> {
    this.countedFromMs = this.now();
    this.checkAfter(this.limits.windowMs - this.waitedMs);
    try {
      const result = await next();
      this.windowBytes += sizeOf(result);
      return result;
    } finally {
      clearTimeout(this.timer);
      this.waitedMs += this.now() - this.countedFromMs;
      if (this.waitedMs >= this.limits.windowMs) this.checkWindow();
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.end);
  }

  /** Checks repeatedly, because one wait can be longer than many windows. */
  private checkAfter(ms: number): void {
    this.timer = setTimeout(() => {
      this.checkAfter(this.limits.windowMs);
      this.checkWindow();
    }, ms);
  }

  private checkWindow(): void {
    const {minBytesPerSecond, windowMs} = this.limits;
    if (this.windowBytes < (minBytesPerSecond * windowMs) / 1000) {
      this.abort(
        new TooSlow(
          `Expected at least ${minBytesPerSecond} bytes a second, got ${this.windowBytes} in ${windowMs / 1000} s. Retry on a faster connection.`,
        ),
      );
    }
    this.windowBytes = 0;
    this.waitedMs = 0;
    this.countedFromMs = this.now();
  }
}
