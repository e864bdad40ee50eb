import type {Queryable} from './sql.js';

const IDLE_IN_TRANSACTION_MS = 60_000;
/** The server gives up a statement this much earlier than we do, which keeps the connection. */
const EARLIER_MS = 250;

/**
 * Settings that each connection asks for at its login. Without them a default of the role, the
 * database or the server would apply, and change what queries mean or how results are written.
 */
export const sessionSettings = (silenceMs: number): Record<string, string | number> => ({
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  array_nulls: 'on',
  bytea_output: 'hex',
  // The driver reads floating-point numbers as exactly as they are written.
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
  // As a text: the driver leaves out the number 0.
  lock_timeout: '0',
  statement_timeout: silenceMs - EARLIER_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
});

const PROTOCOL_VIOLATION = '08P01';

/** The sessions of this database are shared with others. */
export class PoolerRefused extends Error {
  constructor() {
    super(
      'DATABASE_URL leads to a connection pooler in transaction mode, such as PgBouncer, which does ' +
        'not keep the settings of a session. Name the database’s own URL, usually with port 5432.',
    );
    this.name = 'PoolerRefused';
  }
}

/** Whether an error is how a pooler refuses a login with settings. */
export const isPoolerRefusal = (error: Error & {code?: unknown}): boolean =>
  error.code === PROTOCOL_VIOLATION && error.message.startsWith('unsupported startup parameter');

/**
 * Throws `PoolerRefused` when the settings that were asked for at the login are not in force: some
 * poolers ignore them, and then time limits and LISTEN do not work.
 */
export const requireOwnSession = async (sql: Queryable): Promise<void> => {
  const [row] = await sql<{ms: number}[]>`
    select setting::int as ms from pg_settings where name = 'idle_in_transaction_session_timeout'`;
  if (row?.ms !== IDLE_IN_TRANSACTION_MS) throw new PoolerRefused();
};
