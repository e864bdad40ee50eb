import type {Sql} from '../database/sql.js';
import {chainHash, chainStart} from './chain-check.js';
import type {ChainedRow, Month} from './chain-check.js';
import {
  CHAIN_PAGE_ROWS,
  chainHead,
  insertChain,
  readProgress,
  saveProgress,
  trailPage,
} from './chain-store.js';
import type {ChainProgress, Now, TrailRow} from './chain-store.js';

/**
 * Chains what was committed since the last time, and answers how many rows that were. Never inside
 * a visitor's transaction: a chain is written by one hand at a time, which would make all visitors
 * wait for each other. The price: the rows of the last minutes may not be chained yet.
 */
export const chainTrail = async (
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
      // Kept with every batch: whoever is cut off has not looked at millions of rows for nothing.
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
  /** With everything chained up to an id; without one, up to the end. */
  progressAt: (upTo: string | undefined) => ChainProgress;
}

/** What it looked at; undefined when another replica is at it. */
const chainBatch = async (
  sql: Sql,
  {after, limit, progressAt}: Batch,
): Promise<TrailRow[] | undefined> =>
  sql.begin(async (tx) => {
    const [lock] = await tx<{mine: boolean}[]>`
      select pg_try_advisory_xact_lock(hashtext('maria_audit_chain')) as mine`;
    if (!lock?.mine) return undefined;
    const rows = await trailPage(tx, {after, limit});
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
 * Up to which id nothing can come any more. A row is seen when its transaction commits, which may
 * be after rows with higher ids: only when every transaction has ended that ran while an id was
 * the last one, no lower one can appear. Its transaction's number is taken a turn later than the
 * id, for there is a moment in which a row has its id and its transaction no number yet. Once they
 * have ended, a pass settles what it has looked at, be it only the part up to `upTo`.
 */
export const advanceWatermark = (
  progress: ChainProgress,
  now: Now,
  upTo?: string,
): ChainProgress => {
  const {settled, candidate} = progress;
  // Numbers that begin again: the database was restored into another server.
  const isRestored = candidate?.xmax && BigInt(candidate.xmax) > BigInt(now.xmax);
  if (!candidate || isRestored) return {settled, candidate: {id: now.lastId}};
  if (!candidate.xmax) return {settled, candidate: {...candidate, xmax: now.xmax}};
  if (BigInt(now.xmin) < BigInt(candidate.xmax)) return progress;
  if (upTo !== undefined && BigInt(upTo) < BigInt(candidate.id)) return {settled: upTo, candidate};
  return {settled: candidate.id, candidate: {id: now.lastId}};
};
