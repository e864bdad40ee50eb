import {mkdir} from 'node:fs/promises';
import path from 'node:path';

import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {TaskLease} from '../database/task-lease.js';
import {raiseAlert} from '../alerts/alerts.js';
import {listArchives, freeArchiveName, readArchive, writeArchive} from './chain/archive-file.js';
import type {Archive, ArchiveLine} from './chain/archive-file.js';
import type {ChainEntry, ChainedRow, Month} from './chain/check.js';
import {CHAIN_PAGE_ROWS, chainHead, chainPage, countRows, findUnhashedRows} from './chain/store.js';
import {formatCount} from '../text/count.js';
import {dropAuditMonth, findExpiredAuditMonths} from './partitions.js';
import {recordAudit} from './store.js';

export interface AuditMaintenanceDeps {
  sql: Sql;
  config: Pick<Config, 'audit'>;
  log: FastifyBaseLogger;
  /** Stops a run in the middle; the next run continues. */
  signal?: AbortSignal;
}

interface ArchivingDeps extends AuditMaintenanceDeps {
  lease: TaskLease;
}

/** The archive that was read back differs from the rows in the database. */
class ArchiveDiffers extends Error {}
/** Another server has acquired the lease while this one was suspended, or this server must stop. */
class LeaseLost extends Error {}

/** Delay before the next attempt, for example after the folder was full or unavailable. */
const PAUSE = '10 minutes';

export const archiveLease = (sql: Sql): TaskLease =>
  new TaskLease(sql, {name: 'audit_archive', cooldown: PAUSE});

/**
 * Drops the months beyond their retention. With AUDIT_ARCHIVE_DIR, each month is first written
 * there and read back; if that fails, nothing is dropped. One replica does this at a time, because
 * the folder may be shared. After a crash at any point, the next run uses the files that it finds.
 */
export const dropOldMonths = async (deps: AuditMaintenanceDeps): Promise<void> => {
  const {sql, config} = deps;
  const {archiveDir, retentionDays} = config.audit;
  const due = await findExpiredAuditMonths(sql, retentionDays);
  if (due.length === 0) return;
  if (archiveDir === undefined) {
    for (const month of due) await drop(deps, month);
    return;
  }
  const lease = archiveLease(sql);
  if (!(await lease.acquire())) return;
  try {
    for (const month of due) await archiveAndDrop({...deps, lease}, archiveDir, month);
  } catch (error) {
    await alertFailure(deps, error);
  } finally {
    await lease.finish();
  }
};

const archiveAndDrop = async (deps: ArchivingDeps, directory: string, month: Month) => {
  const {sql, log, lease} = deps;
  const {file, archive} = await archiveMonth(deps, directory, month);
  const {rows, head, fault} = archive;
  const name = path.basename(file);
  if (fault !== undefined) {
    const message = `The hash chain of ${month} is broken: ${fault}. Its archive is ${name}.`;
    await raiseAlert(sql, {cause: 'audit_chain', code: 'audit_chain_broken', message});
  }
  if (!(await lease.renew())) throw new LeaseLost();
  if (!(await drop(deps, month))) return;
  log.info({archive: {month, rows, head, name}}, 'archived a month of the audit log');
  // The current month's chain contains this row, so it also covers the archive's last hash.
  const metadata = {part: 'audit_archive', month, rows, head, archive: name};
  await recordAudit(sql, {event: 'orphan_cleanup', metadata});
};

const drop = async ({sql, config, log}: AuditMaintenanceDeps, month: Month): Promise<boolean> => {
  const isDropped = await dropAuditMonth(sql, config.audit.retentionDays, month);
  if (isDropped) log.info({month}, 'dropped a month of the audit log');
  else
    log.warn({month}, 'a month of the audit log was not dropped: its table is locked by writers');
  return isDropped;
};

/** Returns a complete archive of the month: an earlier run's, or a new one. */
export const archiveMonth = async (
  deps: ArchivingDeps,
  directory: string,
  month: Month,
): Promise<{file: string; archive: Archive}> => {
  const {sql} = deps;
  await mkdir(directory, {recursive: true, mode: 0o700});
  const earlier = await listArchives(directory, month);
  for (const file of earlier) {
    const archive = await readArchive(file).catch(() => undefined);
    if (archive && (await isWhole(sql, month, archive))) return {file, archive};
  }
  const file = await freeArchiveName(directory, month);
  await writeArchive(file, readLines(deps, month));
  const archive = await readArchive(file);
  if (await isWhole(sql, month, archive)) return {file, archive};
  throw new ArchiveDiffers(
    `${path.basename(file)} with ${formatCount(archive.rows, 'row')} differs from the database`,
  );
};

const isWhole = async (sql: Sql, month: Month, {rows, head}: Archive): Promise<boolean> => {
  const last = await chainHead(sql, month);
  const hasHead = !last || Buffer.from(last.hash).toString('hex') === head;
  return hasHead && rows === (await countRows(sql, month));
};

/** Reads page by page, so that no connection or snapshot is in use while the disk writes. */
async function* readLines(deps: ArchivingDeps, month: Month): AsyncGenerator<ArchiveLine[]> {
  const {sql, lease, signal} = deps;
  const requireLease = async () => {
    if (signal?.aborted || !(await lease.renew())) throw new LeaseLost();
  };
  for (let seq = 0; ;) {
    await requireLease();
    const entries = await chainPage(sql, month, seq);
    yield entries.map(toChainedLine);
    if (entries.length < CHAIN_PAGE_ROWS) break;
    seq = entries.at(-1)?.seq ?? seq;
  }
  for await (const rows of findUnhashedRows(sql, month)) {
    await requireLease();
    yield rows.map(toLine);
  }
}

const toChainedLine = ({seq, id, hash, row}: ChainEntry): ArchiveLine => ({
  ...(row ? toLine(row) : {id}),
  seq,
  hash: Buffer.from(hash).toString('hex'),
});

/** Leaves out the IP address: an erasure does not reach the archives. */
const toLine = ({id, timestamp, event_type, user_uuid, site_key, metadata}: ChainedRow) => ({
  id,
  timestamp,
  event_type,
  user_uuid,
  site_key,
  metadata,
});

const alertFailure = async ({sql, log}: AuditMaintenanceDeps, error: unknown): Promise<void> => {
  if (error instanceof LeaseLost) return;
  log.error({err: error}, 'failed to archive a month of the audit log; nothing was dropped');
  const {code} = error as NodeJS.ErrnoException;
  const reason = error instanceof ArchiveDiffers ? error.message : (code ?? 'see the log');
  await raiseAlert(sql, {
    cause: 'audit_archive',
    code: 'audit_archive_failed',
    message: `A month of the audit log could not be archived in AUDIT_ARCHIVE_DIR: ${reason}. Nothing was deleted.`,
  });
};
