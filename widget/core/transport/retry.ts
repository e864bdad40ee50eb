import {ClientError} from './api-client.js';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/**
 * Returns how long to wait after so many failures in a row: longer each time up to a limit, and not
 * shorter than the backend has asked for with the last error.
 */
export const backoffMs = (failures: number, error?: unknown) =>
  Math.max(Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS), retryAfterOf(error));

/** Returns how long the backend has asked to wait before the next attempt, in ms. */
export const retryAfterOf = (error: unknown) =>
  error instanceof ClientError ? error.retryAfterMs : 0;

/** Resolves after the time, or as soon as a signal aborts. `Infinity` needs no timer. */
export const delay = (ms: number, ...signals: AbortSignal[]) =>
  new Promise<void>((resolve) => {
    const ended = new AbortController();
    const end = () => {
      clearTimeout(timer);
      ended.abort();
      resolve();
    };
    const timer = ms < Infinity ? setTimeout(end, ms) : undefined;
    for (const signal of signals) signal.addEventListener('abort', end, {signal: ended.signal});
  });

/** Repeats calls while the backend is busy or cannot be reached, with growing delays. */
export class Retrier {
  private waiting = new AbortController();

  constructor(private readonly onRetry: (error: ClientError) => void) {}

  /** Throws errors that a retry cannot help, and the signal's reason after an abort. */
  async run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await call();
      } catch (error) {
        if (!isTransient(error)) throw error;
        this.onRetry(error);
        await delay(backoffMs(failures, error), signal, this.waiting.signal);
        signal.throwIfAborted();
      }
    }
  }

  /** Repeats all waiting calls at once, such as when the browser is online again. */
  retryNow() {
    this.waiting.abort();
    this.waiting = new AbortController();
  }
}

export const isTransient = (error: unknown): error is ClientError =>
  error instanceof ClientError && error.isTransient;
