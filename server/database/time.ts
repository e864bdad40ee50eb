import {one} from './one.js';
import type {Queryable} from './sql.js';

/** Returns the text for `${interval(ms)}::interval` in a query. */
export const toInterval = (ms: number): string => `${ms} milliseconds`;

/** Returns the time of the database, which all servers share. It is text, to keep microseconds. */
export const getDatabaseTime = async (sql: Queryable): Promise<string> => {
  return one(await sql<{now: string}[]>`select now()::text as now`).now;
};

export const getTimeBefore = async (sql: Queryable, ms: number): Promise<Date> => {
  const rows = await sql<{time: Date}[]>`select now() - ${toInterval(ms)}::interval as time`;
  return one(rows).time;
};
