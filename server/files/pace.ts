import {UPLOAD_MAX_MS} from '../contract/limits.js';
import {TooSlow} from '../errors.js';

export const MIN_BYTES_PER_SECOND = 8 * 1024;
export const WINDOW_MS = 20_000;

/**
 * Watches how fast a client sends. Only the time spent waiting for the client counts, so that a
 * slow store never makes a visitor look slow. Aborts with `TooSlow`.
 */
export class Pace {
  private waitedMs = 0;
  private windowBytes = 0;
  /** From when on the present wait counts towards the present window. */
  private countedFrom = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly end: NodeJS.Timeout;

  constructor(
    private readonly abort: (reason: Error) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.end = setTimeout(() => {
      abort(new TooSlow(`The upload took longer than ${UPLOAD_MAX_MS / 1000} s. Send it again.`));
    }, UPLOAD_MAX_MS);
  }

  /** Wraps the wait for the client's next bytes. */
  async wait<T>(next: () => Promise<T>, sizeOf: (result: T) => number): Promise<T> {
    this.countedFrom = this.now();
    this.judgeAfter(WINDOW_MS - this.waitedMs);
    try {
      const result = await next();
      this.windowBytes += sizeOf(result);
      return result;
    } finally {
      clearTimeout(this.timer);
      this.waitedMs += this.now() - this.countedFrom;
      if (this.waitedMs >= WINDOW_MS) this.judge();
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.end);
  }

  /** One wait can outlast many windows. */
  private judgeAfter(ms: number): void {
    this.timer = setTimeout(() => {
      this.judgeAfter(WINDOW_MS);
      this.judge();
    }, ms);
  }

  private judge(): void {
    if (this.windowBytes < (MIN_BYTES_PER_SECOND * WINDOW_MS) / 1000) {
      this.abort(
        new TooSlow(
          `Expected at least ${MIN_BYTES_PER_SECOND} bytes a second, got ${this.windowBytes} in ${WINDOW_MS / 1000} s. Send it again on a better line.`,
        ),
      );
    }
    this.windowBytes = 0;
    this.waitedMs = 0;
    this.countedFrom = this.now();
  }
}
