import {createHmac} from 'node:crypto';

import type {Sql} from '../database/sql.js';
import {StatementBatcher} from '../database/shared-statement.js';

/** So often within so long is once too often. */
export interface WindowLimit {
  kind: string;
  times: number;
  windowMs: number;
}

interface Happening {
  key: string;
  threshold: WindowLimit;
}

/**
 * Counts what happens too often under a key, for all replicas, in a window that slides. Counts no
 * further than the threshold: whoever floods must not make the counting itself a burden.
 */
export class SlidingWindowCounter {
  private readonly batches: StatementBatcher<Happening, boolean>;

  constructor(
    private readonly sql: Sql,
    private readonly hashKey: Buffer,
  ) {
    this.batches = new StatementBatcher({run: (happenings) => this.write(happenings)});
  }

  get queued(): number {
    return this.batches.queued;
  }

  /** Answers whether this one reached the threshold; then the counting begins anew. */
  hit(threshold: WindowLimit, client: string): Promise<boolean> {
    // Under a keyed hash: whatever `IP_MODE` says, the table must not tell who was here.
    const hash = createHmac('sha256', this.hashKey).update(client).digest('base64url');
    return this.batches.add({key: `${threshold.kind} ${hash}`, threshold});
  }

  private async write(happenings: Happening[]): Promise<boolean[]> {
    const grouped = new Map<string, {count: number; threshold: WindowLimit}>();
    for (const {key, threshold} of happenings) {
      grouped.set(key, {count: (grouped.get(key)?.count ?? 0) + 1, threshold});
    }
    // In one order in every replica, or two batches could wait for each other.
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
    // Of several in one batch one alone reaches it.
    return happenings.map(({key}) => reached.delete(key));
  }
}
