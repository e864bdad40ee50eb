import type {Queryable} from '../database/sql.js';
import {isGranted} from '../visits/consents.js';

/** Returns the IDs of files that are still stored and whose visitors consent to reading them. */
export const findReadableFiles = async (sql: Queryable, ids: string[]): Promise<string[]> => {
  const rows = await sql<{id: string}[]>`
    select f.id from file_uploads f
    where f.id = any(${ids}::uuid[]) and f.state = 'stored'
      and ${isGranted(sql, sql`f.session_uuid`, 'ai_answers')}`;
  return rows.map(({id}) => id);
};

/** Returns the IDs of files that are still stored. */
export const findStoredIds = async (sql: Queryable, ids: string[]): Promise<string[]> => {
  const rows = await sql<{id: string}[]>`
    select id from file_uploads where id = any(${ids}::uuid[]) and state = 'stored'`;
  return rows.map(({id}) => id);
};
