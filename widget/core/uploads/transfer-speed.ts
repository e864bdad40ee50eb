const STEP_MS = 700;
/** A measurement this old counts for a third. */
const MEMORY_MS = 4_000;

/** How fast a file travels, smoothed: a line stutters, and nobody can read numbers that jump. */
export class TransferSpeed {
  bytesPerSecond = 0;
  private sentBytes = 0;

  constructor(private atMs: number) {}

  measure(sentBytes: number, atMs: number) {
    const ms = atMs - this.atMs;
    if (ms < STEP_MS) return;
    const latest = ((sentBytes - this.sentBytes) * 1000) / ms;
    const weight = this.bytesPerSecond ? 1 - Math.exp(-ms / MEMORY_MS) : 1;
    this.bytesPerSecond += weight * (latest - this.bytesPerSecond);
    this.atMs = atMs;
    this.sentBytes = sentBytes;
  }
}
