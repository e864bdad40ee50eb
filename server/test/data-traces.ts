import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';

import type {TestServer} from './start-server.js';

/** Returns every column of every table that contains one of the strings, whatever its type. */
export const columnsWith = async (
  {sql}: Pick<TestServer, 'sql'>,
  needles: string[],
): Promise<string[]> => {
  const columns = await sql<{table: string; column: string; type: string}[]>`
    select c.table_name as table, c.column_name as column, c.data_type as type
    from information_schema.columns c join information_schema.tables using (table_schema, table_name)
    where table_schema = 'public' and table_type = 'BASE TABLE'
    order by c.table_name, c.ordinal_position`;
  const found = [];
  for (const {table, column, type} of columns) {
    const place =
      type === 'bytea'
        ? sql`position(convert_to(needle, 'UTF8') in ${sql(column)})`
        : sql`position(lower(needle) in lower(${sql(column)}::text))`;
    const rows = await sql`
      select from ${sql(table)}, unnest(${needles}::text[]) as needle
      where ${place} > 0 limit 1`;
    if (rows.length > 0) found.push(`${table}.${column}`);
  }
  return found;
};

/** Returns the files of the server whose name or content contains one of the strings. */
export const filesWith = async (
  {dataDir}: Pick<TestServer, 'dataDir'>,
  needles: string[],
): Promise<string[]> => {
  const entries = await readdir(dataDir, {recursive: true, withFileTypes: true});
  const found = [];
  for (const entry of entries) {
    const name = path.join(entry.parentPath, entry.name);
    const bytes = entry.isFile() ? await readFile(name) : Buffer.alloc(0);
    if (needles.some((needle) => name.includes(needle) || bytes.includes(needle))) found.push(name);
  }
  return found;
};

/** Returns the lines of the log that contain one of the strings. */
export const linesWith = ({logLines}: Pick<TestServer, 'logLines'>, needles: string[]) =>
  logLines.filter((line) => needles.some((needle) => JSON.stringify(line).includes(needle)));
