import {ClientError} from './api-client.js';
import {delay} from './delay.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Repeats a call while the backend is busy or away, with growing pauses. */
export class Retrier {
  private readonly wakes = new Set<() => void>();

  constructor(private readonly onWait: (error: ClientError) => void) {}

  async run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof ClientError) || !error.isTransient) throw error;
        this.onWait(error);
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
        await this.rest(Math.max(pauseMs, error.retryAfterMs), signal);
        signal.throwIfAborted();
      }
    }
  }

  /** The connection is back: every waiting call is tried now. */
  retryNow() {
    for (const wake of this.wakes) wake();
  }

  private async rest(ms: number, signal: AbortSignal) {
    let wake = () => {};
    await delay(ms, signal, (end) => this.wakes.add((wake = end)));
    this.wakes.delete(wake);
  }
}
