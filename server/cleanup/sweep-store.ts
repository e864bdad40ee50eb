import {one} from '../database/one.js';
import type {Queryable, Sql} from '../database/sql.js';
import {TaskLease} from '../database/task-lease.js';
import type {AcquiredLease} from '../database/task-lease.js';
import {toInterval} from '../database/time.js';
import {DAY_MS} from '../units.js';

/** Resolution of the store's clock: a Date header has whole seconds (RFC 9110, 5.6.7). */
const CLOCK_STEP_MS = 1_000;
/**
 * Maximum age of an interrupted sweep that is resumed. If an older sweep were resumed, the
 * quarantine of its first orphans could end before a second sweep has checked them.
 */
const STALE_MS = DAY_MS;

/** Returns the task name of a bucket: each bucket has a separate task and separate candidates. */
const taskName = (bucket: string): string => `sweep ${bucket}`.trim();

export interface SweepProgress {
  /** Start time by the database's clock, as text so that no microsecond is lost. */
  started_at: string;
  /** Last key that was classified; null before the first page. */
  after: string | null;
  seen: number;
  known: number;
  young: number;
  unknown: number;
  foreign: number;
  missing: number;
}

export const startProgress = (now: string): SweepProgress => ({
  started_at: now,
  after: null,
  seen: 0,
  known: 0,
  young: 0,
  unknown: 0,
  foreign: 0,
  missing: 0,
});

export const sweepLease = (sql: Sql, bucket: string): TaskLease<SweepProgress> =>
  new TaskLease(sql, {name: taskName(bucket), cooldown: '1 day'});

/** Returns the progress of the interrupted sweep, or a new start. */
export const resumeProgress = ({progress, now}: AcquiredLease<SweepProgress>): SweepProgress => {
  const isStale = !(Date.parse(progress.started_at ?? '') > Date.parse(now) - STALE_MS);
  return isStale ? startProgress(now) : {...startProgress(now), ...progress};
};

interface ListedKey {
  key: string;
  uuid: string;
  size: number;
  lastModified: Date;
}

interface PageOfKeys {
  bucket: string;
  /** Keys that have the form of our keys. */
  ours: ListedKey[];
  /** All keys of the page. */
  keys: string[];
  /** Last key before the page; null for the first page. */
  after: string | null;
  /** Last key of the page; undefined for the last page, which has no upper limit. */
  upTo: string | undefined;
  startedAt: string;
  storeTime: Date;
  minAgeMs: number;
  /** Whether unknown objects are recorded, which starts their quarantine. */
  notes: boolean;
  /** Whether rows without an object are counted. */
  countsMissing: boolean;
}

export interface PageClassification {
  /** Whether the database has a row for any file. */
  hasFiles: boolean;
  /** Number of our keys that are older than the minimum age. */
  old: number;
  unknown: string[];
  missing: number;
}

// No file row in any state has the key, and no live visit has the UUID.
const isUnknown = (sql: Queryable) => sql`
  not exists (select from file_uploads f where f.s3_key = given.key)
  and not exists (select from visits v
                  where v.uuid = given.uuid and v.state in ('open', 'session', 'purging'))`;

/**
 * Classifies the keys of a page in one query. An object is old only if it is old by the store's
 * clock and by the database's clock: a clock that is ahead must not make it older.
 */
export const classifyKeys = async (sql: Sql, page: PageOfKeys): Promise<PageClassification> => {
  const {bucket, ours, storeTime, minAgeMs} = page;
  const rows = await sql<PageClassification[]>`
    with old as (
      select key, uuid, size from unnest(
        ${ours.map(({key}) => key)}::text[], ${ours.map(({uuid}) => uuid)}::uuid[],
        ${ours.map(({size}) => size)}::bigint[],
        ${ours.map(({lastModified}) => lastModified.toISOString())}::timestamptz[]
      ) as listed (key, uuid, size, modified)
      where modified <= least(now(), ${storeTime.toISOString()}::timestamptz)
                        - ${toInterval(minAgeMs - CLOCK_STEP_MS)}::interval
    ), unknown as (
      select key, size from old as given where ${isUnknown(sql)}
    )${page.notes ? notedIn(sql, bucket) : sql``}
    select exists (select from file_uploads) as "hasFiles",
           (select count(*)::int from old) as old,
           (select coalesce(array_agg(key), '{}') from unknown) as unknown,
           ${page.countsMissing ? missingIn(sql, page) : sql`0`} as missing`;
  return one(rows);
};

const notedIn = (sql: Sql, bucket: string) => sql`, noted as (
  insert into orphan_candidates (bucket, key, size) select ${bucket}, key, size from unknown
  on conflict (bucket, key) do update set last_seen_at = now(), size = excluded.size)`;

const missingIn = (sql: Sql, {keys, after, upTo, startedAt}: PageOfKeys) => sql`(
  select count(*)::int from file_uploads f
  where ${isOlder(sql, startedAt)} and f.s3_key collate "C" > ${after ?? ''}
    ${upTo === undefined ? sql`` : sql`and f.s3_key collate "C" <= ${upTo}`}
    and not exists (select from unnest(${keys}::text[]) as seen (key) where seen.key = f.s3_key))`;

const isOlder = (sql: Sql, startedAt: string) => sql`
  f.state = 'stored' and f.uploaded_at < ${startedAt}::timestamptz`;

/** Counts stored rows after the last listed key. None of them has an object. */
export const countMissingAfter = async (
  sql: Sql,
  {after, started_at}: SweepProgress,
): Promise<number> => {
  const [row] = await sql<{count: number}[]>`
    select count(*)::int as count from file_uploads f
    where ${isOlder(sql, started_at)} and f.s3_key collate "C" > ${after ?? ''}`;
  return row?.count ?? 0;
};

/** Deletes candidates that were not unknown in this sweep. Returns the number of new candidates. */
export const pruneOrphanCandidates = async (
  sql: Sql,
  bucket: string,
  startedAt: string,
): Promise<number> => {
  const [row] = await sql<{sighted: number}[]>`
    with settled as (
      delete from orphan_candidates
      where bucket = ${bucket} and last_seen_at < ${startedAt}::timestamptz)
    select count(*)::int as sighted from orphan_candidates
    where bucket = ${bucket} and first_seen_at >= ${startedAt}::timestamptz`;
  return row?.sighted ?? 0;
};

/**
 * Returns candidates whose quarantine is over and that are still unknown, in key order. The final
 * check is necessary, because a restored backup can contain their rows.
 */
export const findExpiredOrphans = async (
  sql: Sql,
  {
    bucket,
    quarantineMs,
    after,
    limit,
  }: {bucket: string; quarantineMs: number; after: string; limit: number},
): Promise<{key: string; size: number}[]> =>
  sql<{key: string; size: number}[]>`
    select key, size::float8 as size
    from (select key, size, split_part(key, '/', 2)::uuid as uuid from orphan_candidates
          where bucket = ${bucket} and key > ${after}
            and first_seen_at <= now() - ${toInterval(quarantineMs)}::interval) as given
    where ${isUnknown(sql)}
    order by key limit ${limit}`;

export const deleteCandidates = async (sql: Sql, bucket: string, keys: string[]): Promise<void> => {
  await sql`delete from orphan_candidates where bucket = ${bucket} and key = any(${keys}::text[])`;
};
