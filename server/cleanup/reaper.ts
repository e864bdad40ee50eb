import type {FastifyBaseLogger} from 'fastify';

import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {raiseAlert} from '../alerts/alerts.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {formatCount} from '../text/count.js';
import {runInBatches} from './run-in-batches.js';
import {expireLinksAndDeliveries} from './housekeeping.js';
import {previewRetention, applyRetention} from './retention.js';
import type {RetentionCounts} from './retention.js';
import {
  ABANDON_BATCH,
  BATCH,
  createTombstones,
  claimDeletions,
  expireStaleUploads,
  deleteRemovedRows,
  endAbandoned,
  listAbandoned,
  listDeletions,
  recordDeletionFailure,
  markRemoved,
} from './store.js';
import type {DueFile} from './store.js';

export interface ReaperDeps {
  sql: Sql;
  objects: ObjectStore;
  config: Config;
  log: FastifyBaseLogger;
  /** Called as soon as a run can have deleted something. */
  onBegin?: () => void;
}

interface Removals {
  /** Number of objects that were due for deletion. */
  seen: number;
  /** Number of due objects that were not deleted. */
  kept: number;
  removed: number;
  bytes: number;
  failures: number;
}

/** Result of a run, as in its audit row, log line, metrics and `maria cleanup --json`. */
interface ReaperReport extends Removals, RetentionCounts {
  /** Number of visits that were found abandoned. */
  abandoned: number;
  lapsed_uploads: number;
  tombstones: number;
  duration_ms: number;
}

interface Plan extends RetentionCounts {
  visits: string[];
  objects: {key: string; size: number}[];
}

const TRIES_BEFORE_ALERT = 5;

/**
 * Cleanup that deletes the objects which rows mark for deletion. It never lists the bucket, so that
 * an incomplete response of the store or the database can only make it delete less.
 */
export class Reaper {
  constructor(private readonly deps: ReaperDeps) {}

  /**
   * Runs the whole cleanup. If the database does not respond, it throws and deletes nothing more.
   * `signal` ends the run after the current batch.
   */
  async run(signal?: AbortSignal): Promise<ReaperReport> {
    const {sql, config} = this.deps;
    const started = performance.now();
    const lapsed = await runInBatches(BATCH, (limit) => expireStaleUploads(sql, limit), signal);
    this.deps.onBegin?.();
    const abandoned = await this.endAbandoned(signal);
    const sessions = await applyRetention(sql, config.retention, signal);
    const removals = await this.removeObjects(signal);
    const tombstones = await this.deleteFinishedRows(signal);
    await expireLinksAndDeliveries(sql);
    return this.recordRun(
      {...removals, ...sessions, abandoned, lapsed_uploads: lapsed, tombstones},
      started,
    );
  }

  /**
   * Deletes refused, discarded and left visits immediately instead of at the next interval. Returns
   * undefined and records nothing if there was nothing to do.
   *
   * Ignores idle visits: an operator can keep them by disabling the interval, for example after a
   * database restore.
   */
  async runUrgent(signal?: AbortSignal): Promise<ReaperReport | undefined> {
    const started = performance.now();
    const onlyLeft = this.deps.config.visit.leaveGraceMs !== undefined;
    const abandoned = onlyLeft ? await this.endAbandoned(signal, {onlyLeft}) : 0;
    const removals = await this.removeObjects(signal);
    const tombstones = await this.deleteFinishedRows(signal);
    if (abandoned + removals.seen + tombstones === 0) return undefined;
    const untouched = {archived: 0, purged: 0, lapsed_uploads: 0};
    return this.recordRun({...removals, ...untouched, abandoned, tombstones}, started);
  }

  /** Returns what a run would do, without doing it. */
  async plan(): Promise<Plan> {
    const {sql, config} = this.deps;
    const visits = await listAbandoned(sql, config.visit);
    const {archived, purged} = await previewRetention(sql, config.retention);
    const objectsToDelete = await sql<{key: string; size: number}[]>`
      select s3_key as key, coalesce(file_size, 0)::int as size from file_uploads
      where (session_uuid = any(${[...visits, ...purged]}::uuid[]) and state in ('uploading', 'stored'))
         or (state = 'uploading' and leased_until < clock_timestamp())`;
    return {
      visits,
      archived,
      purged: purged.length,
      objects: [...(await listDeletions(sql)), ...objectsToDelete],
    };
  }

  private endAbandoned(
    signal: AbortSignal | undefined,
    {onlyLeft} = {onlyLeft: false},
  ): Promise<number> {
    const {sql, config} = this.deps;
    const end = (limit: number) => endAbandoned(sql, config.visit, {limit, onlyLeft});
    return runInBatches(ABANDON_BATCH, end, signal);
  }

  private async deleteFinishedRows(signal: AbortSignal | undefined): Promise<number> {
    const {sql} = this.deps;
    await runInBatches(BATCH, (limit) => deleteRemovedRows(sql, limit), signal);
    return runInBatches(BATCH, (limit) => createTombstones(sql, limit), signal);
  }

  private async removeObjects(signal: AbortSignal | undefined): Promise<Removals> {
    const total = {seen: 0, kept: 0, removed: 0, bytes: 0, failures: 0};
    await runInBatches(
      BATCH,
      async (limit) => {
        const claimed = await claimDeletions(this.deps.sql, limit);
        if (claimed.length === 0) return 0;
        const {removed, failed} = await this.removeBatch(claimed);
        total.seen += claimed.length;
        total.kept += failed.length;
        total.removed += removed.length;
        total.bytes += removed.reduce((sum, {size}) => sum + size, 0);
        total.failures += failed.length;
        // Nothing was deleted, so the store is probably down. The next run tries again.
        return removed.length === 0 ? 0 : claimed.length;
      },
      signal,
    );
    return total;
  }

  private async removeBatch(claimed: DueFile[]) {
    const {sql, objects} = this.deps;
    const {deleted, failed} = await objects.delete(claimed.map(({key}) => key));
    const deletedKeys = new Set(deleted);
    const codes = new Map(failed.map(({key, code}) => [key, code]));
    const getCode = ({key}: DueFile) => codes.get(key) ?? 'unknown';
    const removed = claimed.filter(({key}) => deletedKeys.has(key));
    const kept = claimed.filter(({key}) => !deletedKeys.has(key));
    const tries = await transaction(sql, async (tx) => {
      await markRemoved(tx, removed);
      await recordAudit(
        tx,
        ...kept.map((file) => ({
          event: 'file_deletion_error' as const,
          uuid: file.uuid,
          site: file.siteKey,
          metadata: {file_id: file.id, code: getCode(file)},
        })),
      );
      // The other claims expire after a while, which is the pause before the next attempt.
      return recordDeletionFailure(
        tx,
        kept.filter((file) => getCode(file) !== 'StoreUnavailable'),
      );
    });
    await this.alertFailures(kept.length, tries);
    return {removed, failed: kept};
  }

  private async alertFailures(count: number, tries: number[]): Promise<void> {
    const {sql} = this.deps;
    const code = 'file_deletion_error';
    const stuck = tries.filter((times) => times >= TRIES_BEFORE_ALERT).length;
    if (count > 0) {
      const message = `The storage did not delete ${formatCount(count, 'object')}. The next runs try again.`;
      await raiseAlert(sql, {cause: 'object_deletion', code, message});
    }
    if (stuck > 0) {
      const message = `${formatCount(stuck, 'object')} could not be deleted in ${TRIES_BEFORE_ALERT} or more attempts. The audit log lists them as ${code}, with the error code of the storage.`;
      await raiseAlert(sql, {cause: 'object_stuck', code, message});
    }
  }

  private async recordRun(
    done: Omit<ReaperReport, 'duration_ms'>,
    started: number,
  ): Promise<ReaperReport> {
    const {sql, log} = this.deps;
    const report = {...done, duration_ms: Math.round(performance.now() - started)};
    await recordAudit(sql, {event: 'orphan_cleanup', metadata: {part: 'reaper', ...report}});
    log.info({cleanup: report}, 'cleanup has run');
    return report;
  }
}
