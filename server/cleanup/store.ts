import type {Config} from '../config/config.js';
import type {Queryable, Sql} from '../database/sql.js';
import {toInterval} from '../database/time.js';
import {transaction} from '../database/transaction.js';
import {UPLOAD_LEASE_SECONDS} from '../files/store.js';
import {endVisit} from '../sessions/end.js';
import type {EndCause} from '../sessions/end.js';
import {countFunnel, hasStarted} from '../visits/store.js';

export const BATCH = 500;
/** Small batch, because each visit needs several statements and stays locked until all are done. */
export const ABANDON_BATCH = 100;
const CLAIM_DURATION = '60 seconds';
/**
 * Pause between the two deletions of an upload that was never acknowledged. By its end, a server
 * that still runs has noticed the loss of its lease, and the bytes that it sent have arrived.
 */
const SECOND_REMOVAL_AFTER = `${UPLOAD_LEASE_SECONDS} seconds`;
const FIRST_PAUSE = '1 minute';
const LONGEST_PAUSE = '1 hour';

interface DueVisit {
  uuid: string;
  siteKey: string;
  furthestStep: string | null;
  cause: EndCause;
}

/**
 * Returns the condition on `visits` for abandoned visits. It uses the start of the transaction,
 * because no index serves a clock that advances during the statement.
 */
const isAbandoned = (sql: Queryable, {idleMs, maxMs, leaveGraceMs}: Config['visit']) => sql`
  state = 'open' and (
    last_seen_at < now() - ${toInterval(idleMs)}::interval
    or started_at < now() - ${toInterval(maxMs)}::interval
    or (${leaveGraceMs ?? null}::float8 is not null
        and left_at < now() - ${toInterval(leaveGraceMs ?? 0)}::interval))`;

const cause = (sql: Queryable, {idleMs, maxMs}: Config['visit']) => sql`
  case when last_seen_at < now() - ${toInterval(idleMs)}::interval then 'idle'
       when started_at < now() - ${toInterval(maxMs)}::interval then 'too_old'
       else 'left' end`;

/** Returns the condition on `visits` for visits that are abandoned because their visitor left. */
const hasLeft = (sql: Queryable, {leaveGraceMs}: Config['visit']) => sql`
  state = 'open' and left_at < now() - ${toInterval(leaveGraceMs ?? 0)}::interval`;

/** Ends a batch of abandoned visits. A visit that a request has locked is not abandoned. */
export const endAbandoned = async (
  sql: Sql,
  times: Config['visit'],
  {limit, onlyLeft = false}: {limit: number; onlyLeft?: boolean},
): Promise<number> =>
  transaction(sql, async (tx) => {
    const due = await tx<DueVisit[]>`
      select uuid, site_key as "siteKey", furthest_step as "furthestStep",
             ${cause(tx, times)} as cause
      from visits where ${onlyLeft ? hasLeft(tx, times) : isAbandoned(tx, times)}
      limit ${limit} for update skip locked`;
    for (const visit of due) await endVisit(tx, {...visit, ipAddress: null}, visit.cause);
    await countAbandoned(
      tx,
      due.filter(hasStarted).map(({siteKey}) => siteKey),
    );
    return due.length;
  });

/**
 * Adds the abandoned visits to each site's funnel. Many transactions update the rows of the funnel,
 * which stay locked until the commit, so they are updated last and in one order.
 */
const countAbandoned = async (sql: Queryable, siteKeys: string[]): Promise<void> => {
  const counts = new Map<string, number>();
  for (const key of siteKeys) counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const [key, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await countFunnel(sql, key, ['abandoned'], count);
  }
};

export const listAbandoned = async (sql: Sql, times: Config['visit']): Promise<string[]> => {
  const rows = await sql<{uuid: string}[]>`
    select uuid from visits where ${isAbandoned(sql, times)} order by uuid`;
  return rows.map(({uuid}) => uuid);
};

/** Marks uploads with an expired lease for deletion: their server has died. Returns the count. */
export const expireStaleUploads = async (sql: Sql, limit: number): Promise<number> => {
  const rows = await sql`
    update file_uploads set state = 'deleting', slot = null, leased_until = null
    where id in (
      select id from file_uploads where state = 'uploading' and leased_until < clock_timestamp()
      limit ${limit} for update skip locked)
    returning id`;
  return rows.length;
};

export interface DueFile {
  id: string;
  uuid: string;
  siteKey: string;
  key: string;
  size: number;
  /** End of this process's claim, as text so that no microsecond is lost. */
  claimedUntil: string;
}

// A put that was never acknowledged can take effect after its server has died, so a later run
// deletes its key a second time. One deletion is enough for a stored file.
const needsRemoval = (sql: Queryable) => sql`
  f.state = 'deleting' and (f.removals = 0 or (f.uploaded_at is null and f.removals = 1))
  and (f.removals = 0
       or f.removed_at < clock_timestamp() - ${SECOND_REMOVAL_AFTER}::interval)
  and (f.leased_until is null or f.leased_until < clock_timestamp())`;

// A subquery for each row: with a join, a large batch would read all visits.
const selectSite = (sql: Queryable) =>
  sql`(select v.site_key from visits v where v.uuid = claimed.session_uuid)`;

/** Claims files whose objects must be deleted, for a minute. Earlier failures come last. */
export const claimDeletions = async (sql: Sql, limit: number): Promise<DueFile[]> =>
  sql<DueFile[]>`
    update file_uploads as claimed
    set leased_until = clock_timestamp() + ${CLAIM_DURATION}::interval
    where claimed.id in (
      select f.id from file_uploads f where ${needsRemoval(sql)}
      order by f.removal_failures limit ${limit} for update skip locked)
    returning claimed.id, claimed.session_uuid as uuid, ${selectSite(sql)} as "siteKey",
              claimed.s3_key as key, coalesce(claimed.file_size, 0)::int as size,
              claimed.leased_until::text as "claimedUntil"`;

export const listDeletions = async (sql: Sql): Promise<{key: string; size: number}[]> =>
  sql<{key: string; size: number}[]>`
    select f.s3_key as key, coalesce(f.file_size, 0)::int as size
    from file_uploads f where ${needsRemoval(sql)} order by f.s3_key`;

/** Records deletions. Skips files with an expired claim, which another process can have claimed. */
export const markRemoved = async (sql: Queryable, files: DueFile[]): Promise<void> => {
  await sql`
    update file_uploads f set removals = removals + 1, removed_at = clock_timestamp(),
                              leased_until = null, removal_failures = 0
    from ${getClaims(sql, files)}
    where f.id = mine.id and f.leased_until = mine.until`;
};

/** Returns the claims as rows `mine (id, until)`. */
const getClaims = (sql: Queryable, files: DueFile[]) => sql`
  unnest(${files.map(({id}) => id)}::uuid[],
         ${files.map(({claimedUntil}) => claimedUntil)}::text[]::timestamptz[]) as mine (id, until)`;

/**
 * Records failed deletions with exponential backoff. Returns the number of failures per file. Skips
 * files with an expired claim, like `markRemoved`.
 */
export const recordDeletionFailure = async (
  sql: Queryable,
  files: DueFile[],
): Promise<number[]> => {
  const rows = await sql<{times: number}[]>`
    update file_uploads f set removal_failures = removal_failures + 1,
      leased_until = clock_timestamp()
        + least(${FIRST_PAUSE}::interval * 2 ^ least(removal_failures, 10), ${LONGEST_PAUSE}::interval)
    from ${getClaims(sql, files)}
    where f.id = mine.id and f.leased_until = mine.until
    returning removal_failures as times`;
  return rows.map(({times}) => times);
};

const isRemoved = (sql: Queryable) => sql`
  f.state = 'deleting' and f.removals >= case when f.uploaded_at is null then 2 else 1 end`;

/** Deletes rows of failed uploads and of erased sessions, once their objects are deleted. */
export const deleteRemovedRows = async (sql: Sql, limit: number): Promise<number> => {
  const rows = await sql`
    delete from file_uploads where id in (
      select f.id from file_uploads f
      -- Rows of files that visitors deleted remain, and there are many of them.
      where not f.is_deleted and f.removals > 0 and ${isRemoved(sql)}
        and (f.uploaded_at is null
             or (select v.state from visits v where v.uuid = f.session_uuid) = 'erased')
      limit ${limit} for update of f skip locked)
    returning id`;
  return rows.length;
};

const VISIT_TABLES = [
  'leads',
  'file_uploads',
  'messages',
  'events',
  'session_answers',
  'consents',
  'email_verifications',
  'jobs',
];

/** Turns ended visits into tombstones once all their files are deleted. Returns the count. */
export const createTombstones = async (sql: Sql, limit: number): Promise<number> =>
  transaction(sql, async (tx) => {
    const rows = await tx<{uuid: string}[]>`
      select uuid from visits v
      where state = 'purging' and not exists (
        select from file_uploads f where f.session_uuid = v.uuid and not (${isRemoved(tx)}))
      limit ${limit} for update skip locked`;
    const uuids = rows.map(({uuid}) => uuid);
    if (uuids.length === 0) return 0;
    for (const table of VISIT_TABLES) {
      await tx`delete from ${tx(table)} where session_uuid = any(${uuids}::uuid[])`;
    }
    await tx`delete from user_sessions where uuid = any(${uuids}::uuid[])`;
    await tx`
      update audit_logs set ip_address = null
      where user_uuid = any(${uuids}::uuid[]) and ip_address is not null`;
    await tx`
      update visits set state = 'gone', furthest_step = null, has_asked = false
      where uuid = any(${uuids}::uuid[])`;
    return uuids.length;
  });
