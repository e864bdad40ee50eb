import type {Queryable} from './sql.js';
import {ConnectionFailed} from './connection-failed.js';

/** Error code for a database that responds but accepts no writes. */
export const READ_ONLY = 'DATABASE_READ_ONLY';
/** PostgreSQL's code for a write that it refused because the database is read-only. */
export const READ_ONLY_SQLSTATE = '25006';

/**
 * Settings that PostgreSQL 14 and later reports at login and at each change. An older server is
 * recognised as read-only when it refuses the first write.
 */
const READ_ONLY_SETTINGS = new Set(['default_transaction_read_only', 'in_hot_standby']);
const CODE_FIELD = `C${READ_ONLY_SQLSTATE}`;

/**
 * Returns true if an error or a setting from the server shows that this connection accepts no
 * writes: a primary became a standby, or the connection has reached a standby.
 */
export const reportsReadOnly = (report: Buffer): boolean => {
  const fields = report.toString('utf8').split('\0');
  const [name = '', value] = fields;
  return READ_ONLY_SETTINGS.has(name) ? value === 'on' : fields.includes(CODE_FIELD);
};

export const createReadOnlyError = (): Error =>
  new ConnectionFailed(
    'The database is read-only, such as a standby. Expected is a primary. Check DATABASE_URL.',
    READ_ONLY,
  );

/** Throws `READ_ONLY` if the database accepts no writes. Also throws errors of the query. */
export const requireWritable = async (sql: Queryable): Promise<void> => {
  const [row] = await sql<{isReadOnly: boolean}[]>`
    select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "isReadOnly"`;
  if (row?.isReadOnly) throw createReadOnlyError();
};
