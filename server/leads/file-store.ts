import type {LeadFile} from '../contract/owner-files.js';
import type {Queryable} from '../database/sql.js';
import {toApiFile} from '../files/store.js';
import type {FileRow} from '../files/store.js';

export interface LeadFileRow extends FileRow {
  flags: string[];
  messageId: number | null;
  downloads: number;
}

const selectFiles = (sql: Queryable) => sql`
  select f.id, f.session_uuid as uuid, f.s3_key as key, f.file_name as name, f.state,
         f.file_size::int as size, f.sha256, f.uploaded_at as "uploadedAt", f.flags,
         f.message_id::float8 as "messageId", f.download_count as downloads
  from file_uploads f`;

/** Returns the stored files of a lead in the order of their uploads. */
export const listLeadFiles = (sql: Queryable, uuid: string): Promise<LeadFileRow[]> =>
  sql<LeadFileRow[]>`
    ${selectFiles(sql)} where f.session_uuid = ${uuid} and f.state = 'stored'
    order by f.created_at, f.id`;

/** Returns a stored file of a lead at one of these sites, with the key of its site. */
export const findLeadFile = async (
  sql: Queryable,
  id: string,
  siteKeys: string[],
): Promise<(LeadFileRow & {siteKey: string}) | undefined> => {
  const [row] = await sql<(LeadFileRow & {siteKey: string})[]>`
    select found.*, l.site_key as "siteKey"
    from (${selectFiles(sql)} where f.id = ${id} and f.state = 'stored') as found
    join leads l on l.session_uuid = found.uuid
    where l.site_key = any(${siteKeys}::text[])`;
  return row;
};

export const toLeadFile = (row: LeadFileRow): LeadFile => ({
  ...toApiFile(row),
  flags: row.flags,
  message_id: row.messageId,
  downloads: row.downloads,
  url: `/api/owner/files/${row.id}`,
});
