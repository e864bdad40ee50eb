import type {Sql} from '../database/sql.js';
import {sqlState} from '../database/failure.js';
import type {Month} from './chain-check.js';

const AUDIT_MONTHS_AHEAD = 3;
const LOCK_NOT_AVAILABLE = '55P03';
const CHECK_VIOLATION = '23514';

/**
 * At the start and every turn: without its month's partition no audit row, and so no call, could be
 * taken. Another server that is at it at this moment does it for us.
 */
export const makeAuditPartitions = (sql: Sql): Promise<boolean> =>
  unlessLocked(async () => {
    await sql`select make_audit_partitions(${AUDIT_MONTHS_AHEAD})`;
  });

/** The months beyond their retention, oldest first. */
export const dueAuditMonths = async (sql: Sql, retentionDays: number): Promise<Month[]> => {
  const rows = await sql<{month: Month}[]>`
    select to_char(month, 'YYYY-MM') as month from due_audit_months(${retentionDays}) as month`;
  return rows.map(({month}) => month);
};

/**
 * Answers false when the trail was written to for so long that its writers would have had to wait;
 * the next turn tries again.
 */
export const dropAuditMonth = (sql: Sql, retentionDays: number, month: Month): Promise<boolean> =>
  unlessLocked(async () => {
    await sql`select drop_audit_partitions(${retentionDays}, ${`${month}-01`}::date)`;
  });

/** A row of the trail that belongs to a month without a partition. */
export const isPartitionMissing = (error: unknown): boolean => {
  const {table_name, constraint_name} = (error ?? {}) as Record<string, unknown>;
  return sqlState(error) === CHECK_VIOLATION && table_name === 'audit_logs' && !constraint_name;
};

const unlessLocked = async (change: () => Promise<void>): Promise<boolean> => {
  try {
    await change();
    return true;
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    return false;
  }
};
