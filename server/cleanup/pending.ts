import {recordAudit} from '../audit/store.js';
import type {Config} from '../config.js';
import type {Sql} from '../database/connect.js';
import {eraseSession} from '../sessions/end.js';

const BATCH = 200;
const PURGE_AFTER_ARCHIVING = '7 days';
const interval = (ms: number) => `${ms} milliseconds`;

export interface SessionsDone {
  archived: number;
  purged: number;
}

/**
 * Sessions whose address was never confirmed are archived, and purged with their files a week
 * later; complete ones go when a retention time is set.
 */
export const retireSessions = async (
  sql: Sql,
  {pendingMs, completeMs}: Config['retention'],
): Promise<SessionsDone> => {
  const archived = await sql.begin(async (tx) => {
    const rows = await tx<{uuid: string; site: string}[]>`
      update user_sessions set archived_at = now(), updated_at = now()
      where id in (
        select id from user_sessions
        where completed_at is null and archived_at is null
          and created_at < now() - ${interval(pendingMs)}::interval
        limit ${BATCH} for update skip locked)
      returning uuid, site_key as site`;
    await recordAudit(
      tx,
      ...rows.map(({uuid, site}) => ({event: 'session_archived', uuid, site}) as const),
    );
    return rows.length;
  });
  return {archived, purged: await purge(sql, completeMs)};
};

const purge = async (sql: Sql, completeMs: number | undefined): Promise<number> =>
  sql.begin(async (tx) => {
    // The visit is locked first, as everybody else does, or two could wait for each other.
    const rows = await tx<{uuid: string; siteKey: string}[]>`
      select v.uuid, v.site_key as "siteKey" from visits v join user_sessions s on s.uuid = v.uuid
      where v.state = 'session' and (
        (s.completed_at is null and s.archived_at < now() - ${PURGE_AFTER_ARCHIVING}::interval)
        or (${completeMs ?? null}::float8 is not null
            and s.completed_at < now() - ${interval(completeMs ?? 0)}::interval))
      limit ${BATCH} for update of v skip locked`;
    for (const row of rows) await eraseSession(tx, row);
    return rows.length;
  });
