import type {Sql} from '../database/connect.js';

const LEASE = '5 minutes';
const SWEEP = 'sweep';

export interface SweepProgress {
  /** By the database's clock, as text so that no microsecond is lost. */
  started_at: string;
  /** The last key that was looked at. */
  after: string | null;
  seen: number;
  known: number;
  young: number;
  unknown: number;
  sighted: number;
  foreign: number;
  missing: number;
}

/** Takes the daily sweep for this process, where it was cut off or from the start; or nothing. */
export const claimSweep = async (sql: Sql, force: boolean): Promise<SweepProgress | undefined> => {
  await sql`insert into tasks (name) values (${SWEEP}) on conflict (name) do nothing`;
  const [task] = await sql<{progress: SweepProgress | null; now: string}[]>`
    update tasks set leased_until = now() + ${LEASE}::interval
    where name = ${SWEEP} and (${force} or next_run_at <= now())
      and (leased_until is null or leased_until < now())
    returning progress, now()::text as now`;
  return task && (task.progress ?? fromTheStart(task.now));
};

export const fromTheStart = (now: string): SweepProgress => ({
  started_at: now,
  after: null,
  seen: 0,
  known: 0,
  young: 0,
  unknown: 0,
  sighted: 0,
  foreign: 0,
  missing: 0,
});

/** Keeps the lease and the place. Answers false when another process has taken over. */
export const saveProgress = async (sql: Sql, progress: SweepProgress): Promise<boolean> => {
  const rows = await sql`
    update tasks set leased_until = now() + ${LEASE}::interval,
                     progress = ${JSON.stringify(progress)}::text::jsonb
    where name = ${SWEEP} and leased_until > now()
      and (progress is null or progress->>'started_at' = ${progress.started_at})
    returning name`;
  return rows.length > 0;
};

/** Ends the run; the next one is due in a day. */
export const finishSweep = async (sql: Sql): Promise<void> => {
  await sql`
    update tasks set leased_until = null, progress = null, next_run_at = now() + interval '1 day'
    where name = ${SWEEP}`;
};

export interface ListedKey {
  key: string;
  uuid: string;
  size: number;
}

// An object is unknown when no row of any state has its key, and no visit that lives has its UUID.
const unknownAmong = (sql: Sql, listed: ListedKey[]) => sql`
  select key, size from unnest(
    ${listed.map(({key}) => key)}::text[], ${listed.map(({uuid}) => uuid)}::uuid[],
    ${listed.map(({size}) => size)}::bigint[]) as listed (key, uuid, size)
  where not exists (select from file_uploads f where f.s3_key = listed.key)
    and not exists (select from visits v
                    where v.uuid = listed.uuid and v.state in ('open', 'session', 'purging'))`;

export const findUnknown = async (sql: Sql, listed: ListedKey[]): Promise<string[]> => {
  const rows = await sql<{key: string}[]>`${unknownAmong(sql, listed)}`;
  return rows.map(({key}) => key);
};

/** One look-up for a page: notes who is unknown, and answers which of them are so for the first time. */
export const noteUnknown = async (
  sql: Sql,
  listed: ListedKey[],
): Promise<{key: string; isNew: boolean}[]> =>
  sql<{key: string; isNew: boolean}[]>`
    with unknown as (${unknownAmong(sql, listed)})
    insert into orphan_candidates as known (key, size) select key, size from unknown
    on conflict (key) do update set last_seen_at = now(), size = excluded.size
    returning key, xmax = 0 as "isNew"`;

/** Stored rows between two listed keys whose objects the list did not show. */
export const countMissing = async (
  sql: Sql,
  {
    after,
    upTo,
    keys,
    startedAt,
  }: {
    after: string | null;
    upTo: string | null;
    keys: string[];
    startedAt: string;
  },
): Promise<number> => {
  const [row] = await sql<{count: number}[]>`
    select count(*)::int as count from file_uploads
    where state = 'stored' and uploaded_at < ${startedAt}::timestamptz
      and (${after}::text is null or s3_key collate "C" > ${after}::text)
      and (${upTo}::text is null or s3_key collate "C" <= ${upTo}::text)
      and not s3_key = any(${keys}::text[])`;
  return row?.count ?? 0;
};

export const hasNoFiles = async (sql: Sql): Promise<boolean> => {
  const rows = await sql`select from file_uploads limit 1`;
  return rows.length === 0;
};

/** Forgets candidates that this sweep did not see as unknown: whatever they were, it is settled. */
export const settleCandidates = async (sql: Sql, startedAt: string): Promise<void> => {
  await sql`delete from orphan_candidates where last_seen_at < ${startedAt}::timestamptz`;
};

/** Candidates whose quarantine is over, in key order. */
export const ripeCandidates = async (
  sql: Sql,
  quarantineMs: number,
  after: string,
  limit: number,
): Promise<{key: string; size: number}[]> =>
  sql<{key: string; size: number}[]>`
    select key, size::int as size from orphan_candidates
    where first_seen_at <= now() - ${`${quarantineMs} milliseconds`}::interval
      and key collate "C" > ${after}
    order by key collate "C" limit ${limit}`;

export const forgetCandidates = async (sql: Sql, keys: string[]): Promise<void> => {
  await sql`delete from orphan_candidates where key = any(${keys}::text[])`;
};
