import type {Queryable, Sql} from '../database/sql.js';

/** What a job says. Never a name, an address or a link: those are looked up when it is sent. */
export type MailJob =
  /** `is_late`: the limit of its client network did not allow it in time, so it is dropped. */
  | {template: 'confirmation'; verification_id: string; is_late?: true}
  /** `changed`: the owner knows the session, and has another address for it. */
  | {template: 'lead'; uuid: string; changed?: boolean}
  /** Somebody has written and waits for a person. */
  | {template: 'message'; uuid: string}
  | {
      template: 'alert';
      cause: string;
      code: string;
      message: string;
      uuid: string | null;
      /** When it happened, the last time if it did several times. Absent: when the mail is made. */
      at?: string;
      /** How often it happened since `since`. */
      count?: number;
      since?: string;
    };

/** One queue for both. */
export type JobKind = 'mail' | 'webhook';

export interface ClaimedJob<Payload = MailJob> {
  id: string;
  payload: Payload;
  attempts: number;
  ageMs: number;
}

export const LEASE_SECONDS = 30;
const HOUR_SECONDS = 3_600;
/** Pauses between tries, in seconds; the last one repeats until a day has passed. */
const PAUSES_SECONDS = [5, 30, 120, 600, 1_800, HOUR_SECONDS];
const GIVE_UP_AFTER_MS = 86_400_000;
const GIVE_UP_BATCH = 1_000;

/** Writes a mail in the transaction of its cause. Its day of retries begins at `runAt`. */
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

/** Takes due jobs for `LEASE_SECONDS`; a sender that dies gives them back by letting that pass. */
export const claimJobs = async (sql: Sql, limit: number): Promise<ClaimedJob[]> =>
  sql<ClaimedJob[]>`
    ${claim(sql)} where id in (
      select id from jobs
      where kind = 'mail' and ${isDue(sql)}
      order by run_at for update skip locked limit ${limit})
    ${claimed(sql)}`;

/**
 * Takes due calls of webhooks, of each receiver at most `perReceiver` less what `running` has for it.
 * The jobs of a receiver that has all it may are not even read.
 */
export const claimCalls = async <Payload>(
  sql: Sql,
  {limit, perReceiver, running}: {limit: number; perReceiver: number; running: Map<string, number>},
): Promise<ClaimedJob<Payload>[]> =>
  sql<ClaimedJob<Payload>[]>`
    ${claim(sql)} where id in (
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
    ${claimed(sql)}`;

const isDue = (sql: Queryable) => sql`
  state = 'queued' and run_at <= now() and (leased_until is null or leased_until < now())`;

const claim = (sql: Queryable) => sql`
  update jobs set leased_until = now() + ${`${LEASE_SECONDS} seconds`}::interval,
                  attempts = attempts + 1`;

const claimed = (sql: Queryable) => sql`
  returning id, payload, attempts, extract(epoch from now() - created_at)::float8 * 1000 as "ageMs"`;

/** Keeps jobs that are being sent from being taken by another sender. */
export const renewJobs = async (sql: Sql, ids: string[]): Promise<void> => {
  await sql`
    update jobs set leased_until = now() + ${`${LEASE_SECONDS} seconds`}::interval
    where id = any(${ids}::uuid[]) and state = 'queued'`;
};

/** Gives jobs back before their lease has run out. What has not been tried does not count as a try. */
export const releaseJobs = async (sql: Sql, ids: string[], reason?: string): Promise<void> => {
  await sql`
    update jobs set leased_until = null, attempts = greatest(attempts - 1, 0),
                    last_error = coalesce(${reason?.slice(0, 200) ?? null}, last_error)
    where id = any(${ids}::uuid[]) and state = 'queued'`;
};

/** Lets jobs rest for good that have waited for a day; answers what they were. */
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

/** For whoever asks why a mail did not arrive. It holds neither an address nor a text. */
const DEAD_MAIL_KEPT = '30 days';

/** Deletes mail that was given up. Calls of webhooks are deleted with their log. */
export const deleteDeadMail = async (sql: Sql, limit: number): Promise<number> => {
  const rows = await sql`
    delete from jobs where id in (
      select id from jobs
      where kind = 'mail' and state = 'dead' and created_at < now() - ${DEAD_MAIL_KEPT}::interval
      limit ${limit} for update skip locked)
    returning 1`;
  return rows.length;
};

/** Deletes jobs and returns what they were. */
export const deleteJobs = async <Payload = MailJob>(
  sql: Queryable,
  ids: string[],
): Promise<Payload[]> => {
  const rows = await sql<{payload: Payload}[]>`
    delete from jobs where id = any(${ids}::uuid[]) returning payload`;
  return rows.map(({payload}) => payload);
};

/** Puts a failed job off, or lets it rest for good after a day. Answers whether it is dead. */
export const rescheduleJob = async (
  sql: Sql,
  {id, attempts, ageMs}: Omit<ClaimedJob, 'payload'>,
  lastError: string,
): Promise<boolean> => {
  const dead = ageMs > GIVE_UP_AFTER_MS;
  const pause = PAUSES_SECONDS[Math.min(attempts, PAUSES_SECONDS.length) - 1] ?? HOUR_SECONDS;
  await sql`
    update jobs set state = ${dead ? 'dead' : 'queued'}, leased_until = null,
      run_at = now() + ${`${pause} seconds`}::interval, last_error = ${lastError.slice(0, 200)}
    where id = ${id}`;
  return dead;
};

/**
 * When the next job that nobody has falls due, in ms from now; undefined when none waits. A job whose
 * sender has died is found by the regular look.
 */
export const nextJobMs = async (sql: Sql, kind: JobKind = 'mail'): Promise<number | undefined> => {
  const [row] = await sql<{ms: number}[]>`
    select extract(epoch from run_at - now())::float8 * 1000 as ms from jobs
    where kind = ${kind} and state = 'queued' and (leased_until is null or leased_until < now())
    order by run_at limit 1`;
  return row && Math.max(0, row.ms);
};
