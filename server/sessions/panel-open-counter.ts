import type {FastifyBaseLogger} from 'fastify';

import {DelayedWrite} from '../database/delayed-write.js';
import type {Sql} from '../database/sql.js';
import {countFunnel} from '../visits/store.js';

/**
 * Counts opened panels per site. Each replica writes its sum once a second, because all visitors of
 * a site share one row per day. While the database is down, the sum is kept.
 */
export class PanelOpenCounter {
  private counts = new Map<string, number>();
  private readonly writing = new DelayedWrite(() => this.write());

  constructor(
    private readonly sql: Sql,
    private readonly log: FastifyBaseLogger,
  ) {}

  add(siteKey: string, by = 1): void {
    this.counts.set(siteKey, (this.counts.get(siteKey) ?? 0) + by);
    this.writing.schedule();
  }

  /** Writes the remaining counts. */
  stop(): Promise<void> {
    return this.writing.stop();
  }

  private async write(): Promise<void> {
    const counts = this.counts;
    this.counts = new Map();
    for (const [siteKey, count] of counts) {
      try {
        await countFunnel(this.sql, siteKey, ['opened'], count);
      } catch (error) {
        this.log.warn({err: error}, 'failed to write the counts of opened panels');
        this.add(siteKey, count);
      }
    }
  }
}
