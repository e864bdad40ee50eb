const MAX_KEYS = 10_000;

/** Counts how often something happened within a time, per key, in this process. */
export class Occurrences {
  private readonly times = new Map<string, number[]>();

  constructor(
    private readonly windowMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Adds one and answers how many there are now within the window. */
  add(key: string): number {
    const now = this.now();
    const recent = (this.times.get(key) ?? []).filter((time) => time > now - this.windowMs);
    recent.push(now);
    // Moved to the end, so that the first key is always the one longest quiet.
    this.times.delete(key);
    this.times.set(key, recent);
    for (const [oldest] of this.times) {
      if (this.times.size <= MAX_KEYS) break;
      this.times.delete(oldest);
    }
    return recent.length;
  }

  forget(key: string): void {
    this.times.delete(key);
  }
}
