const MAX_KEYS = 10_000;

/**
 * Counts how often something happened within a time, per key, in this process. Counts no further
 * than `most`: whoever floods must not make the counting itself a burden.
 */
export class Occurrences {
  private readonly times = new Map<string, number[]>();

  constructor(
    private readonly windowMs: number,
    private readonly most: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Adds one and answers how many there are now within the window. */
  add(key: string): number {
    const now = this.now();
    const recent = this.times.get(key) ?? [];
    while (recent.length > 0 && (recent[0] ?? 0) <= now - this.windowMs) recent.shift();
    recent.push(now);
    if (recent.length > this.most) recent.shift();
    this.keep(key, recent);
    return recent.length;
  }

  /** Whether this is the first within the window; what comes before it has passed does not count. */
  isFirst(key: string): boolean {
    const now = this.now();
    const last = this.times.get(key)?.[0];
    if (last !== undefined && last > now - this.windowMs) return false;
    this.keep(key, [now]);
    return true;
  }

  forget(key: string): void {
    this.times.delete(key);
  }

  private keep(key: string, times: number[]): void {
    // Moved to the end, so that the first key is always the one longest quiet.
    this.times.delete(key);
    this.times.set(key, times);
    for (const [oldest] of this.times) {
      if (this.times.size <= MAX_KEYS) break;
      this.times.delete(oldest);
    }
  }
}
