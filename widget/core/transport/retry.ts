import {ClientError} from './api-client.js';
import {pause} from './delay.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Repeats a call while the backend is busy or away, with growing pauses. */
export class Patience {
  private readonly wakes = new Set<() => void>();

  constructor(private readonly onWait: (error: ClientError) => void) {}

  async insist<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
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
  hurry() {
    for (const wake of this.wakes) wake();
  }

  private async rest(ms: number, signal: AbortSignal) {
    let wake = () => {};
    await pause(ms, signal, (end) => this.wakes.add((wake = end)));
    this.wakes.delete(wake);
  }
}
