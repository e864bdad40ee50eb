/*
 * The hash chain of the audit log. Database triggers refuse changes of audit rows. The owner of the
 * tables can disable these triggers. The chain shows such a change afterwards.
 *
 * Links. Each month has one chain, because retention deletes whole months. A chain starts with a
 * hash of the month's name. Each further hash is SHA-256 of the hash before it and of one row: its
 * id, time, event, UUID, site and metadata. `audit_chain` stores the hashes with sequence numbers.
 * A row cannot contain its hash: it is chained minutes after its commit, and is append-only.
 *
 * Proof. `maria audit verify` computes all hashes again. It reports the first row that was changed,
 * deleted or inserted later. A row that was inserted later has an id that the chain has passed, or
 * it is much older than the rows before it.
 *
 * Limits. The chain cannot prove:
 * - that a chain was not rewritten from some row to its end. A database administrator can compute
 *   all later hashes. Only a copy of the last hash outside the database reveals this. The server
 *   logs that hash every hour, and `maria audit verify` prints it.
 * - that the rows of the last minutes are unchanged. They are not chained yet.
 * - that an event took place, that its time is correct, or that every event was recorded.
 * - that an IP address is unchanged. IP addresses are not hashed, because an erasure redacts them.
 *
 * Archives. The archive of a month contains its rows in the order of the chain, with their hashes
 * and without IP addresses. It can be checked without the database. When the month is deleted, an
 * audit row records the archive's last hash. The current month's chain contains that row, so it
 * also protects the archive.
 */
import type {Sql} from '../../database/sql.js';
import {transaction} from '../../database/transaction.js';
import {chainHash, chainStart} from './check.js';
import type {ChainedRow, Month} from './check.js';
import {
  CHAIN_PAGE_ROWS,
  chainHead,
  insertChain,
  readProgress,
  saveProgress,
  readAuditPage,
} from './store.js';
import type {ChainProgress, Now, StoredAuditRow} from './store.js';

/**
 * Chains the rows that were committed since the last run, and returns their number. This never
 * happens inside a visitor's transaction: one transaction at a time can extend a chain, so visitors
 * would wait for each other. The price is that the rows of the last minutes may not be chained yet.
 */
export const chainAuditLog = async (
  sql: Sql,
  {
    batchRows = CHAIN_PAGE_ROWS,
    signal,
  }: {batchRows?: number; signal?: AbortSignal | undefined} = {},
): Promise<number> => {
  const {progress, now} = await readProgress(sql);
  let chained = 0;
  for (let after = progress.settled; ;) {
    const batch = await chainBatch(sql, {
      after,
      limit: batchRows,
      // Saved with every batch, so that an interrupted run does not start over.
      progressAt: (upTo) => advanceWatermark(progress, now, upTo),
    });
    if (!batch) return chained;
    chained += batch.filter(({isChained}) => !isChained).length;
    after = batch.at(-1)?.id ?? after;
    if (batch.length < batchRows || signal?.aborted) return chained;
  }
};

interface Batch {
  after: string;
  limit: number;
  /** Returns the progress after everything up to an id (undefined: up to the end) was chained. */
  progressAt: (upTo: string | undefined) => ChainProgress;
}

/** Returns the rows of the batch; undefined if another replica has the lock. */
const chainBatch = async (
  sql: Sql,
  {after, limit, progressAt}: Batch,
): Promise<StoredAuditRow[] | undefined> =>
  transaction(sql, async (tx) => {
    const [lock] = await tx<{mine: boolean}[]>`
      select pg_try_advisory_xact_lock(hashtext('maria_audit_chain')) as mine`;
    if (!lock?.mine) return undefined;
    const rows = await readAuditPage(tx, {after, limit});
    for (const [month, members] of byMonth(rows.filter(({isChained}) => !isChained))) {
      const head = await chainHead(tx, month);
      let hash: Uint8Array = head?.hash ?? chainStart(month);
      let seq = head?.seq ?? 0;
      await insertChain(
        tx,
        month,
        members.map((row) => ({id: row.id, seq: ++seq, hash: (hash = chainHash(hash, row))})),
      );
    }
    await saveProgress(tx, progressAt(rows.length < limit ? undefined : rows.at(-1)?.id));
    return [...rows];
  });

const byMonth = (rows: ChainedRow[]): Map<Month, ChainedRow[]> => {
  const months = new Map<Month, ChainedRow[]>();
  for (const row of rows) {
    const month = row.timestamp.slice(0, 7);
    const members = months.get(month) ?? [];
    members.push(row);
    months.set(month, members);
  }
  return months;
};

/**
 * Computes the low watermark (`settled`): no uncommitted row can still appear at or below this id.
 * A row becomes visible when its transaction commits, possibly after rows with higher ids. An id is
 * therefore settled when every transaction has ended that ran while it was the last issued id.
 * `xmax` is read one run later than the id, because a row can have an id before its transaction has
 * a number. A run settles only the rows that it has read (up to `upTo`).
 */
export const advanceWatermark = (
  progress: ChainProgress,
  now: Now,
  upTo?: string,
): ChainProgress => {
  const {settled, candidate} = progress;
  // Transaction numbers went down: the database was restored into another server.
  const isRestored = candidate?.xmax && BigInt(candidate.xmax) > BigInt(now.xmax);
  if (!candidate || isRestored) return {settled, candidate: {id: now.lastId}};
  if (!candidate.xmax) return {settled, candidate: {...candidate, xmax: now.xmax}};
  if (BigInt(now.xmin) < BigInt(candidate.xmax)) return progress;
  if (upTo !== undefined && BigInt(upTo) < BigInt(candidate.id)) return {settled: upTo, candidate};
  return {settled: candidate.id, candidate: {id: now.lastId}};
};
