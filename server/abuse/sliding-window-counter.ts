import {createHmac} from 'node:crypto';

import type {Sql} from '../database/sql.js';
import {StatementBatcher} from '../database/statement-batcher.js';

/** A limit that is reached with `times` hits within `windowMs`. */
export interface WindowLimit {
  kind: string;
  times: number;
  windowMs: number;
}

interface Hit {
  key: string;
  threshold: WindowLimit;
}

/**
 * Counts hits per key in a sliding window, over all replicas. It counts only up to the threshold,
 * so that a flood does not make the counting itself expensive.
 */
export class SlidingWindowCounter {
  private readonly batches: StatementBatcher<Hit, boolean>;

  constructor(
    private readonly sql: Sql,
    private readonly hashKey: Buffer,
  ) {
    this.batches = new StatementBatcher({run: (hits) => this.write(hits)});
  }

  get queued(): number {
    return this.batches.queued;
  }

  /** Counts a hit and returns whether it reached the threshold; the count then restarts at 0. */
  hit(threshold: WindowLimit, client: string): Promise<boolean> {
    // A keyed hash, because the table must not reveal IP addresses, whatever `IP_MODE` is.
    const hash = createHmac('sha256', this.hashKey).update(client).digest('base64url');
    return this.batches.add({key: `${threshold.kind} ${hash}`, threshold});
  }

  private async write(hits: Hit[]): Promise<boolean[]> {
    const grouped = new Map<string, {count: number; threshold: WindowLimit}>();
    for (const {key, threshold} of hits) {
      grouped.set(key, {count: (grouped.get(key)?.count ?? 0) + 1, threshold});
    }
    // Sorted in every replica; otherwise two batches could deadlock.
    const all = [...grouped].sort(([a], [b]) => (a < b ? -1 : 1));
    const rows = await this.sql<{key: string; reached: boolean}[]>`
      with given as (
        select key, window_ms * interval '1 millisecond' as span,
               case when count >= most then '{}'
                    else array_fill(clock_timestamp(), array[count]) end as times, most
        from unnest(
          ${all.map(([key]) => key)}::text[],
          ${all.map(([, {count}]) => count)}::int[],
          ${all.map(([, {threshold}]) => threshold.times)}::int[],
          ${all.map(([, {threshold}]) => threshold.windowMs)}::float8[]
        ) as given (key, count, most, window_ms))
      insert into watched as old (key, times, expires_at)
      select key, times, now() + span from given order by key
      on conflict (key) do update set
        expires_at = excluded.expires_at,
        times = (
          select case when given.times = '{}' or cardinality(recent) + cardinality(given.times) >= most
                      then '{}' else recent || given.times end
          from given, lateral (
            select array(select at from unnest(old.times) as at where at > now() - span) as recent) r
          where given.key = old.key)
      returning key, times = '{}' as reached`;
    const reached = new Set(rows.filter((row) => row.reached).map(({key}) => key));
    // Only one of several hits of a batch reaches the threshold.
    return hits.map(({key}) => reached.delete(key));
  }
}
