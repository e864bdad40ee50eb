import type {Queryable} from './sql.js';

const IDLE_IN_TRANSACTION_MS = 60_000;
/** The server cancels a statement this much before our timeout, so the connection stays usable. */
const MARGIN_MS = 250;

/**
 * Returns the settings that each connection requests at login. Otherwise defaults of the role, the
 * database or the server could change the meaning of queries, or the format of results.
 */
export const getSessionSettings = (silenceMs: number): Record<string, string | number> => ({
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  array_nulls: 'on',
  bytea_output: 'hex',
  // Floating-point numbers are transferred as text, which must contain all digits.
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
  // A string, because the driver omits the number 0.
  lock_timeout: '0',
  statement_timeout: silenceMs - MARGIN_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
});

const PROTOCOL_VIOLATION = '08P01';

/** Error for a connection pooler that shares database sessions between clients. */
export class PoolerRefused extends Error {
  constructor() {
    super(
      'DATABASE_URL leads to a connection pooler in transaction mode, such as PgBouncer, which does ' +
        'not keep the settings of a session. Use the URL of the database itself, usually with port 5432.',
    );
    this.name = 'PoolerRefused';
  }
}

/** Returns true if a pooler has refused a login because of its settings. */
export const isPoolerRefusal = (error: Error & {code?: unknown}): boolean =>
  error.code === PROTOCOL_VIOLATION && error.message.startsWith('unsupported startup parameter');

/**
 * Throws `PoolerRefused` if the settings that were requested at login are not in force. Some
 * poolers ignore them; time limits and LISTEN then do not work.
 */
export const requireOwnSession = async (sql: Queryable): Promise<void> => {
  const [row] = await sql<{ms: number}[]>`
    select setting::int as ms from pg_settings where name = 'idle_in_transaction_session_timeout'`;
  if (row?.ms !== IDLE_IN_TRANSACTION_MS) throw new PoolerRefused();
};
