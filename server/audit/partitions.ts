import type {Sql} from '../database/sql.js';
import {getSqlState} from '../database/errors.js';
import type {Month} from './chain/check.js';

const AUDIT_MONTHS_AHEAD = 3;
const LOCK_NOT_AVAILABLE = '55P03';
const CHECK_VIOLATION = '23514';

/**
 * Creates the partitions of the coming months. Without its month's partition, no audit row can be
 * written, and so no call succeeds. Returns false if another server is currently creating them.
 */
export const makeAuditPartitions = (sql: Sql): Promise<boolean> =>
  unlessLocked(async () => {
    await sql`select make_audit_partitions(${AUDIT_MONTHS_AHEAD})`;
  });

/** Returns the months beyond their retention, oldest first. */
export const findExpiredAuditMonths = async (sql: Sql, retentionDays: number): Promise<Month[]> => {
  const rows = await sql<{month: Month}[]>`
    select to_char(month, 'YYYY-MM') as month from due_audit_months(${retentionDays}) as month`;
  return rows.map(({month}) => month);
};

/**
 * Returns false if the lock was not free in time: waiting longer would block the writers of audit
 * rows. The next run tries again.
 */
export const dropAuditMonth = (sql: Sql, retentionDays: number, month: Month): Promise<boolean> =>
  unlessLocked(async () => {
    await sql`select drop_audit_partitions(${retentionDays}, ${`${month}-01`}::date)`;
  });

/** Returns whether an audit row was refused because its month has no partition. */
export const isPartitionMissing = (error: unknown): boolean => {
  const {table_name, constraint_name} = (error ?? {}) as Record<string, unknown>;
  return getSqlState(error) === CHECK_VIOLATION && table_name === 'audit_logs' && !constraint_name;
};

const unlessLocked = async (change: () => Promise<void>): Promise<boolean> => {
  try {
    await change();
    return true;
  } catch (error) {
    if (getSqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    return false;
  }
};
