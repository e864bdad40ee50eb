import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import type {Queryable, Sql} from '../database/sql.js';
import {toInterval} from '../database/time.js';
import {transaction} from '../database/transaction.js';
import {notifyAfterCommit} from '../events/notify.js';
import {eraseSession} from '../sessions/end.js';
import {runInBatches} from './run-in-batches.js';

const ARCHIVE_BATCH = 200;
/** Small batch, because erasing a session needs many statements, which keep the session locked. */
const PURGE_BATCH = 50;
const PURGE_AFTER_ARCHIVING = '7 days';

export interface RetentionCounts {
  archived: number;
  purged: number;
}

/**
 * Archives sessions whose e-mail address was never confirmed, and purges them with their files a
 * week later. Purges old complete sessions if a retention time is set.
 */
export const applyRetention = async (
  sql: Sql,
  {pendingMs, completeMs}: Config['retention'],
  signal?: AbortSignal,
): Promise<RetentionCounts> => {
  const archived = await runInBatches(ARCHIVE_BATCH, (n) => archive(sql, pendingMs, n), signal);
  const purge = (due: Due) => runInBatches(PURGE_BATCH, (n) => purgeDue(sql, due, n), signal);
  let purged = await purge(neverConfirmed);
  if (completeMs !== undefined) purged += await purge(completedBefore(completeMs));
  return {archived, purged};
};

/** Returns what `applyRetention` would do now: the number to archive and the UUIDs to purge. */
export const previewRetention = async (
  sql: Sql,
  {pendingMs, completeMs}: Config['retention'],
): Promise<{archived: number; purged: string[]}> => {
  const [overdue] = await sql<{count: number}[]>`
    select count(*)::int as count from user_sessions where ${isOverdue(sql, pendingMs)}`;
  const purged: string[] = [];
  for (const due of [
    neverConfirmed,
    ...(completeMs === undefined ? [] : [completedBefore(completeMs)]),
  ]) {
    const rows = await sql<{uuid: string}[]>`select s.uuid from user_sessions s where ${due(sql)}`;
    purged.push(...rows.map(({uuid}) => uuid));
  }
  return {archived: overdue?.count ?? 0, purged};
};

const isOverdue = (sql: Queryable, pendingMs: number) => sql`
  completed_at is null and archived_at is null
  and created_at < now() - ${toInterval(pendingMs)}::interval`;

const archive = async (sql: Sql, pendingMs: number, limit: number): Promise<number> =>
  transaction(sql, async (tx) => {
    const rows = await tx<{uuid: string; site: string}[]>`
      update user_sessions set archived_at = now(), updated_at = now()
      where id in (
        select id from user_sessions
        where ${isOverdue(tx, pendingMs)}
        limit ${limit} for update skip locked)
      returning uuid, site_key as site`;
    for (const {uuid} of rows) notifyAfterCommit(tx, uuid);
    await recordAudit(
      tx,
      ...rows.map(({uuid, site}) => ({event: 'session_archived', uuid, site}) as const),
    );
    return rows.length;
  });

/** Condition on `user_sessions s`, one for each reason: no index serves a combined condition. */
type Due = (sql: Queryable) => ReturnType<Queryable>;

const neverConfirmed: Due = (sql) => sql`
  s.completed_at is null and s.archived_at < now() - ${PURGE_AFTER_ARCHIVING}::interval`;

const completedBefore =
  (ms: number): Due =>
  (sql) =>
    sql`s.completed_at < now() - ${toInterval(ms)}::interval`;

const purgeDue = async (sql: Sql, due: Due, limit: number): Promise<number> =>
  transaction(sql, async (tx) => {
    // Locks the visit first, like all other transactions: another order could cause a deadlock.
    const rows = await tx<{uuid: string; siteKey: string}[]>`
      select v.uuid, v.site_key as "siteKey" from user_sessions s join visits v on v.uuid = s.uuid
      where v.state = 'session' and ${due(tx)}
      limit ${limit} for update of v skip locked`;
    for (const row of rows) await eraseSession(tx, row, 'retention');
    return rows.length;
  });
