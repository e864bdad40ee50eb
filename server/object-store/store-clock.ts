/** Tolerance, because a Date header has whole seconds and the response takes time to arrive. */
const TOLERANCE_MS = 3_000;

/** Clock of the store, derived from the Date headers of its responses. */
export class StoreClock {
  /** Milliseconds by which the store's clock is ahead of our clock. */
  private offsetMs = 0;

  constructor(private readonly onOffset: (offsetMs: number) => void) {}

  /** Updates the offset from the Date header of a response, if it has one. */
  record(response: unknown): void {
    const {headers} = (response ?? {}) as {headers?: Record<string, string | undefined>};
    const offsetMs = Date.parse(headers?.['date'] ?? '') - Date.now();
    if (Number.isNaN(offsetMs)) return;
    this.offsetMs = Math.abs(offsetMs) > TOLERANCE_MS ? offsetMs : 0;
    this.onOffset(this.offsetMs);
  }

  /** Returns the store's time, or our time if the store has not responded yet. */
  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }
}
