/** A Date header holds whole seconds, and a response takes its time. */
const TOLERANCE_MS = 3_000;

/** The store's time, learnt from the Date header of its responses. */
export class StoreClock {
  /** Milliseconds by which the store's clock is ahead of ours. */
  private offsetMs = 0;

  constructor(private readonly onOffset: (offsetMs: number) => void) {}

  /** Notes a response, or an error that holds one. */
  note(response: unknown): void {
    const {headers} = (response ?? {}) as {headers?: Record<string, string | undefined>};
    const offsetMs = Date.parse(headers?.['date'] ?? '') - Date.now();
    if (Number.isNaN(offsetMs)) return;
    this.offsetMs = Math.abs(offsetMs) > TOLERANCE_MS ? offsetMs : 0;
    this.onOffset(this.offsetMs);
  }

  /** Returns the store's time, or ours as long as the store has not responded. */
  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }
}
