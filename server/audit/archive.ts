import {mkdir} from 'node:fs/promises';
import path from 'node:path';

import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {TaskLease} from '../database/task-lease.js';
import {raiseAlert} from '../alerts/alerts.js';
import {listArchives, freeArchiveName, readArchive, writeArchive} from './archive-file.js';
import type {Archive, ArchiveLine} from './archive-file.js';
import type {ChainEntry, ChainedRow, Month} from './chain-check.js';
import {CHAIN_PAGE_ROWS, chainHead, chainPage, countRows, findUnhashedRows} from './chain-store.js';
import {dropAuditMonth, dueAuditMonths} from './partitions.js';
import {recordAudit} from './store.js';

export interface AuditMaintenanceDeps {
  sql: Sql;
  config: Pick<Config, 'audit'>;
  log: FastifyBaseLogger;
  /** Ends a turn in the middle; the next one goes on. */
  signal?: AbortSignal;
}

interface Archiving extends AuditMaintenanceDeps {
  lease: TaskLease;
}

/** What came back from the archive is not what the database holds. */
class ArchiveDiffers extends Error {}
/** Another server has taken the work over, since this one was asleep; or it is to stop. */
class LeaseLost extends Error {}

/** A folder that is full or away is tried again this much later. */
const PAUSE = '10 minutes';

export const archiveLease = (sql: Sql): TaskLease =>
  new TaskLease(sql, {name: 'audit_archive', cooldown: PAUSE});

/**
 * Drops the months beyond their retention. With AUDIT_ARCHIVE_DIR each is written there first and
 * read back; if that does not succeed nothing is dropped. By one replica, since the folder may be
 * shared; killed at any point, the next run begins with what it finds.
 */
export const dropOldMonths = async (deps: AuditMaintenanceDeps): Promise<void> => {
  const {sql, config} = deps;
  const {archiveDir, retentionDays} = config.audit;
  const due = await dueAuditMonths(sql, retentionDays);
  if (due.length === 0) return;
  if (archiveDir === undefined) {
    for (const month of due) await drop(deps, month);
    return;
  }
  const lease = archiveLease(sql);
  if (!(await lease.take())) return;
  try {
    for (const month of due) await archiveAndDrop({...deps, lease}, archiveDir, month);
  } catch (error) {
    await alertFailure(deps, error);
  } finally {
    await lease.finish();
  }
};

const archiveAndDrop = async (deps: Archiving, directory: string, month: Month) => {
  const {sql, log, lease} = deps;
  const {file, archive} = await archiveMonth(deps, directory, month);
  const {rows, head, fault} = archive;
  const name = path.basename(file);
  if (fault !== undefined) {
    const message = `The chain of ${month} is broken: ${fault}. Its archive is ${name}.`;
    await raiseAlert(sql, {cause: 'audit_chain', code: 'audit_chain_broken', message});
  }
  if (!(await lease.keep())) throw new LeaseLost();
  if (!(await drop(deps, month))) return;
  log.info({archive: {month, rows, head, name}}, 'a month of the trail was archived');
  // The month's last hash goes on in the chain of this one, which so speaks for the archive.
  const metadata = {part: 'audit_archive', month, rows, head, archive: name};
  await recordAudit(sql, {event: 'orphan_cleanup', metadata});
};

const drop = async ({sql, config, log}: AuditMaintenanceDeps, month: Month): Promise<boolean> => {
  const isDropped = await dropAuditMonth(sql, config.audit.retentionDays, month);
  if (isDropped) log.info({month}, 'a month of the trail was dropped');
  else log.warn({month}, 'a month of the trail was not dropped: its writers would have waited');
  return isDropped;
};

/** The file that holds a month, whole: an earlier run's, or a new one. */
export const archiveMonth = async (
  deps: Archiving,
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
  await writeArchive(file, lines(deps, month));
  const archive = await readArchive(file);
  if (await isWhole(sql, month, archive)) return {file, archive};
  throw new ArchiveDiffers(`${path.basename(file)} has ${archive.rows} rows, the database others.`);
};

const isWhole = async (sql: Sql, month: Month, {rows, head}: Archive): Promise<boolean> => {
  const last = await chainHead(sql, month);
  const hasHead = !last || Buffer.from(last.hash).toString('hex') === head;
  return hasHead && rows === (await countRows(sql, month));
};

/** Page by page: no memory, connection or snapshot is held while the disk works. */
async function* lines(deps: Archiving, month: Month): AsyncGenerator<ArchiveLine[]> {
  const {sql, lease, signal} = deps;
  const goOn = async () => {
    if (signal?.aborted || !(await lease.keep())) throw new LeaseLost();
  };
  for (let seq = 0; ;) {
    await goOn();
    const entries = await chainPage(sql, month, seq);
    yield entries.map(chainedLine);
    if (entries.length < CHAIN_PAGE_ROWS) break;
    seq = entries.at(-1)?.seq ?? seq;
  }
  for await (const rows of findUnhashedRows(sql, month)) {
    await goOn();
    yield rows.map(line);
  }
}

const chainedLine = ({seq, id, hash, row}: ChainEntry): ArchiveLine => ({
  ...(row ? line(row) : {id}),
  seq,
  hash: Buffer.from(hash).toString('hex'),
});

/** Without the address: an erasure does not reach what has left the database. */
const line = ({id, timestamp, event_type, user_uuid, site_key, metadata}: ChainedRow) => ({
  id,
  timestamp,
  event_type,
  user_uuid,
  site_key,
  metadata,
});

const alertFailure = async ({sql, log}: AuditMaintenanceDeps, error: unknown): Promise<void> => {
  if (error instanceof LeaseLost) return;
  log.error({err: error}, 'a month of the trail could not be archived; nothing was dropped');
  const {code} = error as NodeJS.ErrnoException;
  const reason = error instanceof ArchiveDiffers ? error.message : (code ?? 'see the log');
  await raiseAlert(sql, {
    cause: 'audit_archive',
    code: 'audit_archive_failed',
    message: `AUDIT_ARCHIVE_DIR did not take a month of the trail (${reason}). Nothing was dropped.`,
  });
};
