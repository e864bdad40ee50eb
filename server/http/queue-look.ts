import {setTimeout as sleep} from 'node:timers/promises';

import type {Sql} from '../database/sql.js';

/** The queue is looked at this seldom. */
const MAX_AGE_MS = 5_000;
/** And not waited for longer than this. */
const QUERY_TIMEOUT_MS = 1_000;

/** A longer queue costs no more to look at. */
const MAX_COUNTED = 10_000;

interface JobsByState {
  state: string;
  count: number;
  age: number;
}

/**
 * One look at a time, and one in a few seconds, however often the metrics are read: whoever reads
 * them in a loop must not take the connections of mail and cleanup.
 */
export class QueueStatsCache {
  private looking: Promise<JobsByState[] | undefined> | undefined;
  private until = -Infinity;

  constructor(private readonly sql: Sql) {}

  /** Undefined while the database does not answer, which does not hold up the other numbers. */
  async latest(): Promise<JobsByState[] | undefined> {
    if (!this.looking || this.until < performance.now()) {
      // Until it has ended nobody looks again.
      this.until = Infinity;
      this.looking = this.refresh().finally(() => {
        this.until = performance.now() + MAX_AGE_MS;
      });
    }
    const late = new AbortController();
    const silence = sleep(QUERY_TIMEOUT_MS, undefined, {signal: late.signal}).catch(
      () => undefined,
    );
    const rows = await Promise.race([this.looking, silence]);
    late.abort();
    return rows;
  }

  private async refresh(): Promise<JobsByState[] | undefined> {
    const {sql} = this;
    // The states are written out: each has an index of its own.
    const numbers = (state: 'queued' | 'dead') => sql`
      select ${state} as state, count(*)::int as count,
             -- Negative for e-mails that are due later.
             greatest(0, extract(epoch from now() - min(created_at)))::float8 as age
      from (
        select created_at from jobs
        where ${state === 'queued' ? sql`state = 'queued'` : sql`state = 'dead'`}
        order by created_at limit ${MAX_COUNTED}) counted
      having count(*) > 0`;
    return sql<JobsByState[]>`${numbers('queued')} union all ${numbers('dead')}`.catch(
      () => undefined,
    );
  }
}
