import type {Queryable, Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {runInBatches} from './run-in-batches.js';

const BATCH = 500;
/** Time in which cleanup finds what an older server has done, during a rolling upgrade. */
const RECENT = '1 day';

/**
 * Makes the leads agree with recent sessions, messages and erasures. An older server that runs
 * beside this version during an upgrade writes and deletes no leads.
 */
export const repairLeads = async (sql: Sql, signal?: AbortSignal): Promise<void> => {
  await runInBatches(BATCH, (limit) => upsertDueLeads(sql, limit), signal);
  await runInBatches(BATCH, (limit) => deleteEndedLeads(sql, limit), signal);
};

/** Each part uses an index on its time. */
const selectRecent = (sql: Queryable) => sql`
  select uuid from visits where state = 'open' and last_seen_at > now() - ${RECENT}::interval
  union all
  select uuid from user_sessions
  where completed_at is null and created_at > now() - ${RECENT}::interval
  union all
  select uuid from user_sessions where completed_at > now() - ${RECENT}::interval`;

const upsertDueLeads = (sql: Sql, limit: number): Promise<number> =>
  transaction(sql, async (tx) => {
    // The lock keeps an erasure from ending a visit between the reading and the writing.
    const rows = await tx<{uuid: string}[]>`
      select v.uuid from visits v where v.uuid in (
        select d.session_uuid from due_leads d
        where d.session_uuid in (${selectRecent(tx)})
          and not exists (
            select from leads l where l.session_uuid = d.session_uuid and l.state = d.state)
        limit ${limit})
      for update skip locked`;
    await tx`
      insert into leads (session_uuid, site_key, state, locale, has_files, last_activity_at)
      select session_uuid, site_key, state, locale, has_files, last_activity_at from due_leads
      where session_uuid = any(${rows.map(({uuid}) => uuid)}::uuid[])
      on conflict (session_uuid) do update set state = excluded.state`;
    return rows.length;
  });

const deleteEndedLeads = async (sql: Sql, limit: number): Promise<number> => {
  const rows = await sql`
    delete from leads where session_uuid in (
      select l.session_uuid from leads l
      where l.session_uuid in (
          select user_uuid from audit_logs
          where event_type in ('session_erased', 'session_reset', 'visit_abandoned', 'session_archived')
            and timestamp > now() - ${RECENT}::interval)
        and not exists (select from due_leads d where d.session_uuid = l.session_uuid)
      limit ${limit})
    returning 1`;
  return rows.length;
};
