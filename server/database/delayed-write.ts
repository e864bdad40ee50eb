const DELAY_MS = 1_000;

/**
 * Writes what a process has collected: a second after the first change, and when it stops. A killed
 * server loses that second.
 */
export class DelayedWrite {
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  /** `write` takes what is collected, and never rejects. */
  constructor(private readonly write: () => Promise<void>) {}

  schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.writing = this.writing.then(this.write);
    }, DELAY_MS).unref();
  }

  /** Writes the rest. A failed write is not repeated. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.writing;
    await this.write();
    clearTimeout(this.timer);
  }
}
