import type {Queryable} from '../database/sql.js';

/**
 * Records an action of a visitor who has submitted an e-mail address or written a message. Creates
 * the lead with the first one. A lead that is done becomes open again. The caller has locked the
 * visit.
 */
export const recordLead = async (
  sql: Queryable,
  {uuid, siteKey}: {uuid: string; siteKey: string},
): Promise<void> => {
  await sql`
    insert into leads (session_uuid, site_key, state, locale, has_files)
    select v.uuid, ${siteKey},
           case when s.verified then 'complete' when s.uuid is not null then 'pending'
                else 'visit' end,
           lower(s.locale), ${hasFiles(sql, uuid)}
    from visits v left join user_sessions s on s.uuid = v.uuid where v.uuid = ${uuid}
    on conflict (session_uuid) do update set
      state = excluded.state, locale = excluded.locale, status = 'open', done_at = null,
      last_activity_at = excluded.last_activity_at`;
};

/** Records a file of a visitor. A visit with files only is no lead. */
export const recordLeadActivity = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`
    update leads set status = 'open', done_at = null, last_activity_at = clock_timestamp(),
                     has_files = true
    where session_uuid = ${uuid}`;
};

/** Stores whether a lead has files, after one was deleted. */
export const updateLeadFiles = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`update leads set has_files = ${hasFiles(sql, uuid)} where session_uuid = ${uuid}`;
};

const hasFiles = (sql: Queryable, uuid: string) => sql`
  exists (select from file_uploads where session_uuid = ${uuid} and state = 'stored')`;

export const deleteLead = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`delete from leads where session_uuid = ${uuid}`;
};
