import type {Sql} from '../../database/sql.js';
import {readArchive} from './archive-file.js';
import {ChainCheck, LATE_MS} from './check.js';
import type {Month} from './check.js';
import {
  CHAIN_PAGE_ROWS,
  auditMonths,
  chainPage,
  findBackdatedRow,
  readProgress,
  findUnhashedRows,
} from './store.js';

export interface Verified {
  month: Month;
  rows: number;
  /** Number of rows that wait for the next run, or are older than the chain. */
  unchained: number;
  head: string;
  fault: string | undefined;
}

/** Checks a month's chain against the current rows. */
export const verifyMonth = async (sql: Sql, month: Month): Promise<Verified> => {
  // Read before the rows: a row that settles during the check may be chained after it was read.
  const {settled} = (await readProgress(sql)).progress;
  const check = new ChainCheck(month);
  for (let seq = 0; ;) {
    const entries = await chainPage(sql, month, seq);
    for (const entry of entries) check.add(entry);
    if (entries.length < CHAIN_PAGE_ROWS) break;
    seq = entries.at(-1)?.seq ?? seq;
  }
  const unchained = await verifyUnhashed(sql, month, check, settled);
  const backdatedId =
    check.fault === undefined ? await findBackdatedRow(sql, month, LATE_MS) : undefined;
  const fault =
    backdatedId === undefined
      ? check.fault
      : `row ${backdatedId} has a higher id than rows of the next month: it was inserted later, or the database’s clock was set back`;
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
        check.fault ??= `row ${row.id} is not in the chain, although later rows are: it was inserted later`;
      }
    }
    count += rows.length;
  }
  return count;
};

/** Checks all months in order, or one month. A month dropped during the check is left out. */
export async function* verifyAuditLog(sql: Sql, only?: Month): AsyncGenerator<Verified> {
  for (const month of await auditMonths(sql)) {
    if (only !== undefined && month !== only) continue;
    const verified = await verifyMonth(sql, month);
    if (verified.fault === undefined || (await auditMonths(sql)).includes(month)) yield verified;
  }
}

/** Checks the chain of an archive file. Throws if the file is incomplete or not an archive. */
export const verifyArchive = async (file: string): Promise<Verified> => {
  const {month, ...archive} = await readArchive(file);
  return {month: month ?? '', ...archive};
};
