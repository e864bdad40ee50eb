import {withTimeout} from '../async/timeout.js';
import type {Sql} from '../database/sql.js';

/** Age at which the statistics are queried again. */
const MAX_AGE_MS = 5_000;
/** Time that callers wait for a query. */
const QUERY_TIMEOUT_MS = 1_000;

/** Maximum number of jobs that are counted, so that a long queue is not expensive. */
const MAX_COUNTED = 10_000;

interface JobsByState {
  state: string;
  count: number;
  age: number;
}

/**
 * Caches the statistics of the job queue: one query at a time, and one in a few seconds. A client
 * that reads the metrics in a loop must not occupy the connections of mail and cleanup.
 */
export class QueueStatsCache {
  private query: Promise<JobsByState[] | undefined> | undefined;
  private validUntilMs = -Infinity;

  constructor(private readonly sql: Sql) {}

  /** Returns undefined if the database does not respond in time: other metrics must not wait. */
  async getLatest(): Promise<JobsByState[] | undefined> {
    if (!this.query || this.validUntilMs < performance.now()) {
      // No other query starts before this one has ended.
      this.validUntilMs = Infinity;
      this.query = this.refresh().finally(() => {
        this.validUntilMs = performance.now() + MAX_AGE_MS;
      });
    }
    return withTimeout(this.query, QUERY_TIMEOUT_MS, () => undefined);
  }

  private async refresh(): Promise<JobsByState[] | undefined> {
    const {sql} = this;
    // The states are literals: each has a partial index, which PostgreSQL uses only for a literal.
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
