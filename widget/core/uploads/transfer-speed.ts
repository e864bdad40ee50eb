const INTERVAL_MS = 700;
/** A measurement of this age has a weight of about a third. */
const MEMORY_MS = 4_000;

/** Speed of an upload, smoothed: connections stutter, and numbers that jump cannot be read. */
export class TransferSpeed {
  /** 0 until it has been measured. */
  bytesPerSecond = 0;
  private sentBytes = 0;

  constructor(private atMs: number) {}

  measure(sentBytes: number, atMs: number) {
    const ms = atMs - this.atMs;
    if (ms < INTERVAL_MS) return;
    const latest = ((sentBytes - this.sentBytes) * 1000) / ms;
    const weight = this.bytesPerSecond ? 1 - Math.exp(-ms / MEMORY_MS) : 1;
    this.bytesPerSecond += weight * (latest - this.bytesPerSecond);
    this.atMs = atMs;
    this.sentBytes = sentBytes;
  }
}
