import type {Sql} from '../database/sql.js';
import {readArchive} from './archive-file.js';
import {ChainCheck, LATE_MS} from './chain-check.js';
import type {Month} from './chain-check.js';
import {
  CHAIN_PAGE_ROWS,
  auditMonths,
  chainPage,
  findBackdatedRow,
  readProgress,
  findUnhashedRows,
} from './chain-store.js';

export interface Verified {
  month: Month;
  rows: number;
  /** Rows that wait for the next turn, or come from before there was a chain. */
  unchained: number;
  head: string;
  fault: string | undefined;
}

/** Follows a month's chain through the rows as they are now. */
export const verifyMonth = async (sql: Sql, month: Month): Promise<Verified> => {
  // Before the rows are read: what settles meanwhile may be chained after they were.
  const {settled} = (await readProgress(sql)).progress;
  const check = new ChainCheck(month);
  for (let seq = 0; ;) {
    const entries = await chainPage(sql, month, seq);
    for (const entry of entries) check.add(entry);
    if (entries.length < CHAIN_PAGE_ROWS) break;
    seq = entries.at(-1)?.seq ?? seq;
  }
  const unchained = await verifyUnhashed(sql, month, check, settled);
  const intruder =
    check.fault === undefined ? await findBackdatedRow(sql, month, LATE_MS) : undefined;
  const fault =
    intruder === undefined
      ? check.fault
      : `row ${intruder} came after rows of the next month: it was put in later, or the database’s clock was set back`;
  return {month, rows: check.rows, unchained, head: check.headHash, fault};
};

const verifyUnhashed = async (
  sql: Sql,
  month: Month,
  check: ChainCheck,
  settled: string,
): Promise<number> => {
  let count = 0;
  for await (const rows of findUnhashedRows(sql, month)) {
    for (const row of rows) {
      check.addUnchained(row);
      if (BigInt(row.id) <= BigInt(settled)) {
        check.fault ??= `row ${row.id} is not in the chain, though later rows are: it was put in behind`;
      }
    }
    count += rows.length;
  }
  return count;
};

/** All months, or one, in their order. A month that is dropped while it is read is left out. */
export async function* verifyTrail(sql: Sql, only?: Month): AsyncGenerator<Verified> {
  for (const month of await auditMonths(sql)) {
    if (only !== undefined && month !== only) continue;
    const verified = await verifyMonth(sql, month);
    if (verified.fault === undefined || (await auditMonths(sql)).includes(month)) yield verified;
  }
}

/** The same for a month that has left the database. Throws when the file is cut or no archive. */
export const verifyArchive = async (file: string): Promise<Verified> => {
  const {month, ...archive} = await readArchive(file);
  return {month: month ?? '', ...archive};
};
