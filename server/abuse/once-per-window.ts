const MAX_KEYS = 10_000;

/** Allows one call per key and window, in this process. */
export class OncePerWindow {
  private readonly allowedAt = new Map<string, number>();

  constructor(
    private readonly windowMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Returns true if the window of the last allowed call has passed. */
  allows(key: string): boolean {
    const now = this.now();
    const last = this.allowedAt.get(key);
    if (last !== undefined && last > now - this.windowMs) return false;
    // Moved to the end, so that the first key is always the least recently allowed.
    this.allowedAt.delete(key);
    this.allowedAt.set(key, now);
    for (const [oldest] of this.allowedAt) {
      if (this.allowedAt.size <= MAX_KEYS) break;
      this.allowedAt.delete(oldest);
    }
    return true;
  }
}
