import {createHmac} from 'node:crypto';

import type {Queryable} from '../database/sql.js';
import {HOUR_MS} from '../units.js';

export const TO_ADDRESS_PER_HOUR = 3;
export const TO_ADDRESS_PER_DAY = 6;
export const BY_CLIENT_PER_HOUR = 60;
/** Longest time that a confirmation e-mail waits for its client network's limit. */
export const MAX_DELAY_MS = 6 * HOUR_MS;

/**
 * Outcome of the limits for a confirmation e-mail:
 * - `now`: it is sent at once;
 * - `delayed`: it is sent at `at`, when the client network's limit allows it;
 * - `late`: the limit does not allow it within `MAX_DELAY_MS`, which is over at `at`;
 * - `stopped`: its e-mail address had enough e-mails.
 */
export type MailQuota = {outcome: 'now' | 'stopped'} | {outcome: 'delayed' | 'late'; at: Date};

/**
 * Counts an e-mail to an e-mail address and from a client network, at the time at which the limits
 * allow it. Keys are hashed with a secret, so that the counters reveal neither.
 */
export const consumeMailQuota = async (
  sql: Queryable,
  hashKey: Buffer,
  {email, client}: {email: string; client: string},
): Promise<MailQuota> => {
  const hash = (text: string) => createHmac('sha256', hashKey).update(text).digest();
  const to = hash(`to:${email.toLowerCase()}`);
  const by = hash(`by:${client}`);
  // Always in one order, so that two transactions never wait for each other.
  for (const key of [to, by].sort((a, b) => a.compare(b))) {
    await sql`select pg_advisory_xact_lock(${key.readBigInt64BE(0).toString()}::bigint)`;
  }
  // Delayed e-mails are counted in the future, so the 60th latest count gives the next free time.
  const [seen] = await sql<Seen[]>`
    select given.*, free_at > now() as "isDelayed",
           free_at > now() + ${`${MAX_DELAY_MS} milliseconds`}::interval as "isLate",
           now() + ${`${MAX_DELAY_MS} milliseconds`}::interval as "lateAt", free_at as "freeAt"
    from (
      select count(*) filter (where counted_at > now() - interval '1 hour')::int as "toHour",
             count(*)::int as "toDay"
      from mail_counts where key = ${to} and counted_at > now() - interval '1 day') given,
    lateral (
      select (select counted_at + interval '1 hour' from mail_counts where key = ${by}
              order by counted_at desc offset ${BY_CLIENT_PER_HOUR - 1} limit 1) as free_at) slot`;
  if (!seen || seen.toHour >= TO_ADDRESS_PER_HOUR || seen.toDay >= TO_ADDRESS_PER_DAY) {
    return {outcome: 'stopped'};
  }
  const {freeAt, isDelayed, isLate, lateAt} = seen;
  if (isLate) return {outcome: 'late', at: lateAt};
  await sql`
    insert into mail_counts (key, counted_at)
    select key, greatest(now(), ${freeAt}::timestamptz)
    from (values (${to}::bytea), (${by}::bytea)) as given (key)`;
  return freeAt && isDelayed ? {outcome: 'delayed', at: freeAt} : {outcome: 'now'};
};

interface Seen {
  toHour: number;
  toDay: number;
  /** Null while the client network has had fewer e-mails than its limit. */
  freeAt: Date | null;
  isDelayed: boolean | null;
  isLate: boolean | null;
  lateAt: Date;
}

export interface SuppressedMail {
  by: 'address' | 'client';
  count: number;
  latest: Date;
}

/**
 * Returns what the development mailbox reports: e-mails that the limit of an e-mail address stopped
 * within the last day, unless the counts were reset since, and e-mails that wait.
 */
export const listSuppressedMails = async (sql: Queryable): Promise<SuppressedMail[]> => sql<
  SuppressedMail[]
>`
    select 'address' as by, count(*)::int as count, max(timestamp) as latest
    from audit_logs
    where event_type = 'verification_sent' and metadata->>'stopped_by' = 'address'
      and timestamp > now() - interval '1 day'
      and timestamp >= (select min(counted_at) from mail_counts
                        where counted_at > now() - interval '1 day')
    having count(*) > 0
    union all
    select 'client', count(*)::int, max(delayed_at)
    from email_verifications where delayed_at is not null
    having count(*) > 0`;

/** Deletes all counts; e-mails that wait are sent now. */
export const resetMailCounts = async (sql: Queryable): Promise<void> => {
  await sql`delete from mail_counts`;
  await sql`
    update jobs set run_at = now(), created_at = now(), payload = payload - 'is_late'
    where state = 'queued' and kind = 'mail' and payload->>'verification_id' in (
      select id::text from email_verifications where delayed_at is not null)`;
};
