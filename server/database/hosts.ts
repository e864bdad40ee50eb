import type {DatabaseHost} from './connection-url.js';

/**
 * The hosts of one pool, of which one is the primary. A connection that fails before its login is
 * complete makes the next one try the following host.
 */
export class Hosts {
  private at = 0;
  private readonly failedAtMs: number[];

  /** `roundMs`: the longest time in which all hosts can be tried one after the other. */
  constructor(
    private readonly hosts: readonly DatabaseHost[],
    private readonly roundMs: number,
  ) {
    this.failedAtMs = hosts.map(() => -Infinity);
  }

  get current(): DatabaseHost {
    return this.hosts[this.at] as DatabaseHost;
  }

  /**
   * Notes that a host took no login. Returns whether another one is worth a try at once: none that
   * has failed within the same round.
   */
  failed(host: DatabaseHost): boolean {
    const now = performance.now();
    const index = this.hosts.indexOf(host);
    this.failedAtMs[index] = now;
    // Another connection may have moved on already.
    if (index === this.at) this.at = (index + 1) % this.hosts.length;
    return (this.failedAtMs[this.at] ?? now) < now - this.roundMs;
  }

  /** Notes that a host works, so that it counts as untried when it fails again. */
  worked(host: DatabaseHost): void {
    this.failedAtMs[this.hosts.indexOf(host)] = -Infinity;
  }
}
