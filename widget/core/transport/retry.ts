import {ClientError} from './api-client.js';

export const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** Returns how long to wait after so many failures in a row: longer each time, up to a limit. */
export const backoffMs = (failures: number) =>
  Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);

/** Returns how long the backend has asked to wait before the next attempt, in ms. */
export const retryAfterOf = (error: unknown) =>
  error instanceof ClientError ? error.retryAfterMs : 0;

/**
 * Resolves after the time, or as soon as the signal aborts; `Infinity` needs no timer. `onBegin` gets
 * a function that ends the delay.
 */
export const delay = (ms: number, signal: AbortSignal, onBegin?: (end: () => void) => void) =>
  new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = ms < Infinity ? setTimeout(end, ms) : undefined;
    signal.addEventListener('abort', end);
    onBegin?.(end);
  });

/** Repeats calls while the backend is busy or cannot be reached, with growing delays. */
export class Retrier {
  private readonly waiting = new Set<() => void>();

  constructor(private readonly onRetry: (error: ClientError) => void) {}

  /** Throws errors that a retry cannot help, and the signal's reason after an abort. */
  async run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let failures = 1; ; failures++) {
      try {
        return await call();
      } catch (error) {
        if (!isTransient(error)) throw error;
        this.onRetry(error);
        await this.wait(Math.max(backoffMs(failures), error.retryAfterMs), signal);
        signal.throwIfAborted();
      }
    }
  }

  /** Repeats all waiting calls at once, such as when the browser is online again. */
  retryNow() {
    for (const end of this.waiting) end();
  }

  private async wait(ms: number, signal: AbortSignal) {
    let stopWaiting = () => {};
    await delay(ms, signal, (end) => this.waiting.add((stopWaiting = end)));
    this.waiting.delete(stopWaiting);
  }
}

export const isTransient = (error: unknown): error is ClientError =>
  error instanceof ClientError && error.isTransient;
