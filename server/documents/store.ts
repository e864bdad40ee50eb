import type {Queryable} from '../database/sql.js';

/** Returns the IDs of files that are still stored and whose visitors consent to reading them. */
export const readableFiles = async (sql: Queryable, ids: string[]): Promise<string[]> => {
  const rows = await sql<{id: string}[]>`
    select f.id from file_uploads f
    where f.id = any(${ids}::uuid[]) and f.state = 'stored'
      and (select decision from consents c
           where c.session_uuid = f.session_uuid and c.purpose = 'ai_answers'
           order by c.id desc limit 1) = 'granted'`;
  return rows.map(({id}) => id);
};
