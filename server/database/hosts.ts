import type {DatabaseHost} from './connection-url.js';

/**
 * Hosts of one pool, one of which is the primary. If a connection fails before its login is
 * complete, the next connection tries the following host.
 */
export class Hosts {
  private currentIndex = 0;
  private readonly failedAtMs: number[];

  /** `roundMs`: maximum time for trying all hosts one after the other. */
  constructor(
    private readonly hosts: readonly DatabaseHost[],
    private readonly roundMs: number,
  ) {
    this.failedAtMs = hosts.map(() => -Infinity);
  }

  get current(): DatabaseHost {
    return this.hosts[this.currentIndex] as DatabaseHost;
  }

  /**
   * Records that a host accepted no login. Returns true if the next host can be tried immediately:
   * it has not failed in the same round.
   */
  recordFailure(host: DatabaseHost): boolean {
    const now = performance.now();
    const index = this.hosts.indexOf(host);
    this.failedAtMs[index] = now;
    // Another connection may already have moved on to the next host.
    if (index === this.currentIndex) this.currentIndex = (index + 1) % this.hosts.length;
    return (this.failedAtMs[this.currentIndex] ?? now) < now - this.roundMs;
  }

  /** Records that a host works, so that its earlier failure no longer counts. */
  recordSuccess(host: DatabaseHost): void {
    this.failedAtMs[this.hosts.indexOf(host)] = -Infinity;
  }
}
