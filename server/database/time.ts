import type {Queryable} from './sql.js';

/** For `${interval(ms)}::interval` in a query. */
export const interval = (ms: number): string => `${ms} milliseconds`;

/** The one clock that counts, as text so that no microsecond is lost. */
export const databaseTime = async (sql: Queryable): Promise<string> => {
  const [row] = await sql<{now: string}[]>`select now()::text as now`;
  if (!row) throw new Error('The database did not tell the time.');
  return row.now;
};

export const timeBefore = async (sql: Queryable, ms: number): Promise<Date> => {
  const [row] = await sql<{time: Date}[]>`select now() - ${interval(ms)}::interval as time`;
  if (!row) throw new Error('The database did not tell the time.');
  return row.time;
};
