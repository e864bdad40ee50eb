/**
 * Loop that runs `work` when it is woken and at intervals, never twice at the same time. `work`
 * returns the ms until its next run; 0 runs it again immediately. It must not throw.
 */
export class Worker {
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isWoken = false;
  private closed = false;

  constructor(private readonly work: () => Promise<number>) {}

  /** True after `close`. Work in progress should start nothing new. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** Runs the work now instead of at its next interval. Repeated calls cause one run. */
  wake(): void {
    if (this.closed) return;
    this.isWoken = true;
    this.running ??= this.loop().finally(() => {
      this.running = undefined;
      // Woken between the last check and here.
      if (this.isWoken) this.wake();
    });
  }

  /** Starts no further run. A run in progress continues. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  /** Starts no further run, and waits for a run in progress. */
  async stop(): Promise<void> {
    this.close();
    await this.running;
  }

  private async loop(): Promise<void> {
    clearTimeout(this.timer);
    let pauseMs = 0;
    while ((this.isWoken || pauseMs === 0) && !this.closed) {
      this.isWoken = false;
      pauseMs = await this.work();
    }
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.wake();
    }, pauseMs).unref();
  }
}
