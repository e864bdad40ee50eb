import {createHmac} from 'node:crypto';

import type {Queryable} from '../database/connect.js';

export const TO_ADDRESS_PER_HOUR = 3;
export const TO_ADDRESS_PER_DAY = 6;
export const BY_CLIENT_PER_HOUR = 10;

/**
 * Counts a mail towards an address and from a client, unless one of them had enough. Keys are
 * hashed with a secret, so that the counters say nothing about who they belong to.
 * Answers which limit stopped the mail.
 */
export const countMail = async (
  sql: Queryable,
  hashKey: Buffer,
  {address, client}: {address: string; client: string},
): Promise<'address' | 'client' | undefined> => {
  const hash = (text: string) => createHmac('sha256', hashKey).update(text).digest();
  const to = hash(`to:${address.toLowerCase()}`);
  const by = hash(`by:${client}`);
  // In one order for all, or two visitors could wait for each other.
  for (const key of [to, by].sort((a, b) => a.compare(b))) {
    await sql`select pg_advisory_xact_lock(${key.readBigInt64BE(0).toString()}::bigint)`;
  }
  const [seen] = await sql<{toHour: number; toDay: number; byHour: number}[]>`
    select count(*) filter (where key = ${to} and counted_at > now() - interval '1 hour')::int
             as "toHour",
           count(*) filter (where key = ${to})::int as "toDay",
           count(*) filter (where key = ${by} and counted_at > now() - interval '1 hour')::int
             as "byHour"
    from mail_counts where key in (${to}, ${by}) and counted_at > now() - interval '1 day'`;
  if (!seen || seen.toHour >= TO_ADDRESS_PER_HOUR || seen.toDay >= TO_ADDRESS_PER_DAY) {
    return 'address';
  }
  if (seen.byHour >= BY_CLIENT_PER_HOUR) return 'client';
  await sql`insert into mail_counts (key) values (${to}), (${by})`;
  return undefined;
};

export interface HeldBack {
  by: 'address' | 'client';
  count: number;
  latest: Date;
}

/**
 * For the development mailbox: what a limit has kept back within the time that it counts, unless
 * the counts were forgotten since.
 */
export const heldBackLately = async (sql: Queryable): Promise<HeldBack[]> => sql<HeldBack[]>`
    select metadata->>'stopped_by' as by, count(*)::int as count, max(timestamp) as latest
    from audit_logs
    where event_type = 'verification_sent' and metadata->>'stopped_by' in ('address', 'client')
      and timestamp > now() - case metadata->>'stopped_by'
                                when 'client' then interval '1 hour' else interval '1 day' end
      and timestamp >= (select min(counted_at) from mail_counts
                        where counted_at > now() - interval '1 day')
    group by 1 order by 1`;

export const forgetCounts = async (sql: Queryable): Promise<void> => {
  await sql`delete from mail_counts`;
};
