import type {Queryable} from './sql.js';
import {ConnectionFailed} from './connection-failed.js';

/** Code of the error when the database is reached and takes no writes. */
export const READ_ONLY = 'DATABASE_READ_ONLY';
/** PostgreSQL's own code for a write that it refused for that reason. */
export const READ_ONLY_SQLSTATE = '25006';

/**
 * Settings that PostgreSQL 14 and newer reports at the login and at each change. An older server
 * shows that it is read-only when it refuses the first write.
 */
const READ_ONLY_SETTINGS = new Set(['default_transaction_read_only', 'in_hot_standby']);
const CODE_FIELD = `C${READ_ONLY_SQLSTATE}`;

/**
 * Whether an error or a changed setting from the server shows that this connection takes no writes:
 * a primary has become a standby, or the connection has reached a standby.
 */
export const reportsReadOnly = (report: Buffer): boolean => {
  const fields = report.toString('utf8').split('\0');
  const [name = '', value] = fields;
  return READ_ONLY_SETTINGS.has(name) ? value === 'on' : fields.includes(CODE_FIELD);
};

export const readOnlyError = (): Error =>
  new ConnectionFailed(
    'The database is read-only, such as a standby. A primary is expected.',
    READ_ONLY,
  );

/** Throws `READ_ONLY` when the database takes no writes, and what the query throws. */
export const requireWritable = async (sql: Queryable): Promise<void> => {
  const [row] = await sql<{isReadOnly: boolean}[]>`
    select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "isReadOnly"`;
  if (row?.isReadOnly) throw readOnlyError();
};
