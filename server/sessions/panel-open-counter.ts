import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/sql.js';
import {countFunnel} from '../visits/store.js';

const WRITE_INTERVAL_MS = 1_000;

/**
 * Counts opened panels per site. Each replica writes its sum once a second, because all visitors of
 * a site share one row per day. A killed server loses that second. While the database is down, the
 * sum is kept.
 */
export class PanelOpenCounter {
  private counts = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly sql: Sql,
    private readonly log: FastifyBaseLogger,
  ) {}

  add(siteKey: string, by = 1): void {
    this.counts.set(siteKey, (this.counts.get(siteKey) ?? 0) + by);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.writing = this.write();
    }, WRITE_INTERVAL_MS).unref();
  }

  /** Writes the remaining counts. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.writing;
    await this.write();
    clearTimeout(this.timer);
  }

  private async write(): Promise<void> {
    const counts = this.counts;
    this.counts = new Map();
    for (const [siteKey, count] of counts) {
      try {
        await countFunnel(this.sql, siteKey, 'opened', count);
      } catch (error) {
        this.log.warn({err: error}, 'failed to write the counts of opened panels');
        this.add(siteKey, count);
      }
    }
  }
}
