/** The connection to the server, and what happens when it is back. */
export class Connection {
  isOffline = false;
  /** Called once when the connection is back. */
  onBack: (() => void) | undefined;
  private offlineAt = 0;

  constructor(private readonly onChange: () => void) {
    addEventListener('offline', () => this.set(true));
    addEventListener('online', () => this.set(false));
  }

  /** Reports the outcome of a call, which began at this time since the page was opened. */
  report(isReachable: boolean, startedAt: number): void {
    // The response to an earlier call says nothing about the connection now.
    if (!isReachable || startedAt >= this.offlineAt) this.set(!isReachable);
  }

  private set(isOffline: boolean): void {
    if (isOffline === this.isOffline) return;
    this.isOffline = isOffline;
    if (isOffline) this.offlineAt = performance.now();
    else this.onBack?.();
    this.onChange();
  }
}
