import {ClientError} from './client.js';
import {pause} from './pause.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Repeats a call while the backend is busy or away, with growing pauses. */
export class Patience {
  private wake: (() => void) | null = null;

  constructor(private readonly onWait: (error: ClientError) => void) {}

  async insist<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof ClientError) || !error.isTransient) throw error;
        this.onWait(error);
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
        await pause(Math.max(pauseMs, error.retryAfterMs), signal, (end) => (this.wake = end));
        signal.throwIfAborted();
      }
    }
  }

  /** The connection is back: what waits is tried now. */
  hurry() {
    this.wake?.();
  }
}
