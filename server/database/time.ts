import type {Queryable} from './sql.js';

/** Returns the text for `${interval(ms)}::interval` in a query. */
export const interval = (ms: number): string => `${ms} milliseconds`;

/** Returns the time of the database, which all servers share. It is text, to keep microseconds. */
export const databaseTime = async (sql: Queryable): Promise<string> => {
  const [row] = await sql<{now: string}[]>`select now()::text as now`;
  if (!row) throw new Error('The database returned no time.');
  return row.now;
};

export const timeBefore = async (sql: Queryable, ms: number): Promise<Date> => {
  const [row] = await sql<{time: Date}[]>`select now() - ${interval(ms)}::interval as time`;
  if (!row) throw new Error('The database returned no time.');
  return row.time;
};
