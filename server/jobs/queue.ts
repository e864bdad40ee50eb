import type {Queryable, Sql} from '../database/sql.js';
import {DAY_MS} from '../units.js';

/** Payload of a mail job, without name, e-mail address or link: these are read at sending. */
export type MailJob =
  /** `is_late`: the limit of its client network delayed it for too long, so it is not sent. */
  | {template: 'confirmation'; verification_id: string; is_late?: true}
  /**
   * `changed`, `files_added`, `answers_changed`: the owner was notified of this session before, with
   * another e-mail address, without the latest files, or with other answers.
   */
  | {
      template: 'lead';
      uuid: string;
      changed?: boolean;
      files_added?: true;
      answers_changed?: true;
    }
  /** E-mail to an account: its link is in `sign_in_links`. */
  | {template: 'sign_in' | 'invitation' | 'new_browser'; link_id: string}
  /** A visitor has written a message and waits for a person. */
  | {template: 'message'; uuid: string}
  | {
      template: 'alert';
      cause: string;
      code: string;
      message: string;
      uuid: string | null;
      /** Time of the last occurrence. Absent: the time at which the mail is created. */
      at?: string;
      /** Number of occurrences since `since`. */
      count?: number;
      since?: string;
    };

/** Kind of job. Both kinds share one queue. */
export type JobKind = 'mail' | 'webhook';

export interface ClaimedJob<Payload = MailJob> {
  id: string;
  payload: Payload;
  attempts: number;
  ageMs: number;
}

export const JOB_LEASE_SECONDS = 30;
const HOUR_SECONDS = 3_600;
/** Pauses between attempts. The last pause repeats until a day has passed. */
const BACKOFF_SECONDS = [5, 30, 120, 600, 1_800, HOUR_SECONDS];
const GIVE_UP_AFTER_MS = DAY_MS;
const GIVE_UP_BATCH = 1_000;

/** Queues a mail in the transaction of its cause. Its day of retries begins at `runAt`. */
export const enqueueMail = async (
  sql: Queryable,
  job: MailJob,
  sessionUuid: string | null,
  runAt?: Date,
): Promise<void> => {
  await sql`
    insert into jobs (kind, payload, session_uuid, run_at, created_at)
    values ('mail', ${JSON.stringify(job)}::text::jsonb, ${sessionUuid},
            coalesce(${runAt ?? null}::timestamptz, now()),
            coalesce(${runAt ?? null}::timestamptz, now()))`;
};

/** Claims due mail jobs for `JOB_LEASE_SECONDS`. If a sender dies, its claims end after that time. */
export const claimJobs = async (sql: Sql, limit: number): Promise<ClaimedJob[]> =>
  sql<ClaimedJob[]>`
    ${setLease(sql)} where id in (
      select id from jobs
      where kind = 'mail' and ${isDue(sql)}
      order by run_at for update skip locked limit ${limit})
    ${returningJob(sql)}`;

/**
 * Claims due webhook calls: for each receiver at most `perReceiver`, minus its calls in `running`.
 * The jobs of a receiver at its limit are not even read.
 */
export const claimWebhookCalls = async <Payload>(
  sql: Sql,
  {limit, perReceiver, running}: {limit: number; perReceiver: number; running: Map<string, number>},
): Promise<ClaimedJob<Payload>[]> =>
  sql<ClaimedJob<Payload>[]>`
    ${setLease(sql)} where id in (
      select due.id
      from webhooks w
      left join unnest(${[...running.keys()]}::uuid[], ${[...running.values()]}::int[])
        as busy (webhook, count) on busy.webhook = w.id
      cross join lateral (
        select id, run_at from jobs
        where kind = 'webhook' and payload->>'webhook' = w.id::text and ${isDue(sql)}
        order by run_at for update skip locked
        limit greatest(0, ${perReceiver}::int - coalesce(busy.count, 0))) due
      order by due.run_at limit ${limit})
    ${returningJob(sql)}`;

const isDue = (sql: Queryable) => sql`
  state = 'queued' and run_at <= now() and (leased_until is null or leased_until < now())`;

const setLease = (sql: Queryable) => sql`
  update jobs set leased_until = now() + ${`${JOB_LEASE_SECONDS} seconds`}::interval,
                  attempts = attempts + 1`;

const returningJob = (sql: Queryable) => sql`
  returning id, payload, attempts, extract(epoch from now() - created_at)::float8 * 1000 as "ageMs"`;

/** Renews the lease of jobs that are being sent, so that no other sender claims them. */
export const renewJobs = async (sql: Sql, ids: string[]): Promise<void> => {
  await sql`
    update jobs set leased_until = now() + ${`${JOB_LEASE_SECONDS} seconds`}::interval
    where id = any(${ids}::uuid[]) and state = 'queued'`;
};

/** Releases jobs that were not tried. Their claim does not count as an attempt. */
export const releaseJobs = async (sql: Sql, ids: string[], reason?: string): Promise<void> => {
  await sql`
    update jobs set leased_until = null, attempts = greatest(attempts - 1, 0),
                    last_error = coalesce(${reason?.slice(0, 200) ?? null}, last_error)
    where id = any(${ids}::uuid[]) and state = 'queued'`;
};

/** Marks mail that has waited for a day as dead. Returns the templates of that mail. */
export const deadLetterExpired = async (sql: Queryable): Promise<string[]> => {
  const rows = await sql<{template: string}[]>`
    update jobs set state = 'dead', leased_until = null
    where id in (
      select id from jobs
      where kind = 'mail' and state = 'queued'
        and created_at < now() - ${`${GIVE_UP_AFTER_MS} milliseconds`}::interval
        and (leased_until is null or leased_until < now())
      limit ${GIVE_UP_BATCH} for update skip locked)
    returning payload->>'template' as template`;
  return rows.map(({template}) => template);
};

/**
 * Retention of dead mail, for questions about missing mail. It has no e-mail address and no text.
 */
const DEAD_MAIL_KEPT = '30 days';

/** Deletes dead mail after its retention. Webhook calls are deleted with their log. */
export const deleteDeadMail = async (sql: Sql, limit: number): Promise<number> => {
  const rows = await sql`
    delete from jobs where id in (
      select id from jobs
      where kind = 'mail' and state = 'dead' and created_at < now() - ${DEAD_MAIL_KEPT}::interval
      limit ${limit} for update skip locked)
    returning 1`;
  return rows.length;
};

/** Deletes jobs and returns their payloads. */
export const deleteJobs = async <Payload = MailJob>(
  sql: Queryable,
  ids: string[],
): Promise<Payload[]> => {
  const rows = await sql<{payload: Payload}[]>`
    delete from jobs where id = any(${ids}::uuid[]) returning payload`;
  return rows.map(({payload}) => payload);
};

/** Reschedules a failed job, or marks it as dead after a day. Returns true if it is dead. */
export const rescheduleJob = async (
  sql: Sql,
  {id, attempts, ageMs}: Omit<ClaimedJob, 'payload'>,
  lastError: string,
): Promise<boolean> => {
  const isDead = ageMs > GIVE_UP_AFTER_MS;
  const pause = BACKOFF_SECONDS[Math.min(attempts, BACKOFF_SECONDS.length) - 1] ?? HOUR_SECONDS;
  await sql`
    update jobs set state = ${isDead ? 'dead' : 'queued'}, leased_until = null,
      run_at = now() + ${`${pause} seconds`}::interval, last_error = ${lastError.slice(0, 200)}
    where id = ${id}`;
  return isDead;
};

/**
 * Returns the time until the next unclaimed job is due, in ms. Returns undefined if no job waits. A
 * job whose sender has died is found by the regular poll.
 */
export const getNextJobMs = async (
  sql: Sql,
  kind: JobKind = 'mail',
): Promise<number | undefined> => {
  const [row] = await sql<{ms: number}[]>`
    select extract(epoch from run_at - now())::float8 * 1000 as ms from jobs
    where kind = ${kind} and state = 'queued' and (leased_until is null or leased_until < now())
    order by run_at limit 1`;
  return row && Math.max(0, row.ms);
};
