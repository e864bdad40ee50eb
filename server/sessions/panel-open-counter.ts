import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/sql.js';
import {countFunnel} from '../visits/store.js';

const PAUSE_MS = 1_000;

/**
 * Counts panels that were opened, by site. Nobody waits for it: a replica adds up for a second and
 * writes a sum, since the row of a site and day is one that everybody wants. A server that is killed
 * loses that second; a database that is away gets it later.
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
    }, PAUSE_MS).unref();
  }

  /** Writes what is left. */
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
        this.log.warn({err: error}, 'opened panels could not be counted yet');
        this.add(siteKey, count);
      }
    }
  }
}
