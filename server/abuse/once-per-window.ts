const MAX_KEYS = 10_000;

/** Tells the first of a time under each key, in this process. */
export class OncePerWindow {
  private readonly firsts = new Map<string, number>();

  constructor(
    private readonly windowMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** What comes before the time of the last first has passed does not count. */
  allows(key: string): boolean {
    const now = this.now();
    const last = this.firsts.get(key);
    if (last !== undefined && last > now - this.windowMs) return false;
    // Moved to the end, so that the first key is always the one longest quiet.
    this.firsts.delete(key);
    this.firsts.set(key, now);
    for (const [oldest] of this.firsts) {
      if (this.firsts.size <= MAX_KEYS) break;
      this.firsts.delete(oldest);
    }
    return true;
  }
}
