import {setTimeout as sleep} from 'node:timers/promises';

import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {isDatabaseDown} from '../database/errors.js';
import type {TaskLease} from '../database/task-lease.js';
import {getDatabaseTime, getTimeBefore} from '../database/time.js';
import {raiseAlert} from '../alerts/alerts.js';
import {UnusableList} from '../object-store/errors.js';
import type {ObjectPage, ObjectStore} from '../object-store/object-store.js';
import {HOUR_MS} from '../units.js';
import {NO_DELETIONS, recordRun, toReport, alertOnFindings} from './sweep-report.js';
import type {Deletions, SweepReport} from './sweep-report.js';
import {
  countMissingAfter,
  deleteCandidates,
  startProgress,
  classifyKeys,
  resumeProgress,
  findExpiredOrphans,
  pruneOrphanCandidates,
  sweepLease,
} from './sweep-store.js';
import type {SweepProgress} from './sweep-store.js';

export interface SweepDeps {
  sql: Sql;
  objects: ObjectStore;
  config: Config;
  log: FastifyBaseLogger;
  /** Name of the bucket `objects` if it is not the server's own bucket. */
  otherBucket?: string;
}

interface SweepOptions {
  /** Whether the run only counts, and changes nothing. */
  dryRun: boolean;
  /** Whether to run even if the last sweep ended less than a day ago. */
  force?: boolean;
  quarantineMs?: number;
  minAgeMs?: number;
  onUnknown?: (key: string) => void;
  /** Called before each batch of deletions. */
  onDeletion?: () => void;
  /** Called every few pages, when some megabytes of garbage have accumulated. */
  collectGarbage?: () => void;
  /** Ends the run after the current page; the next run continues there. */
  signal?: AbortSignal | undefined;
}

/**
 * Error that stops a sweep: there are so many orphans that the database is probably wrong, or the
 * store cannot be swept.
 */
export class SweepStopped extends Error {}

/** Error for a lost lease: another process continues, because this process was silent too long. */
class TakenOver extends Error {}

/** Prefix of all keys: keys without our prefix are also reported, but never deleted. */
const WHOLE_BUCKET = '';
const PREFIX = 'uploads/';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
/** Form of our keys. Objects with any other key are never deleted. */
const OUR_KEY = new RegExp(`^uploads/(${UUID})/${UUID}\\.pdf$`);
/** Age at which unfinished uploads are aborted: ours take minutes, other programs get a day. */
const STALE_UPLOAD_MS = 24 * HOUR_MS;
const DELETE_BATCH = 1_000;
const MAX_UNKNOWN = 50;
const MAX_UNKNOWN_SHARE = 0.2;
/** Pause for visitors: parsing 1,000 keys blocks the event loop of the process. */
const PAGE_PAUSE_MS = 10;
/** Number of pages between garbage collections. Each page leaves about a megabyte. */
const COLLECT_EVERY_PAGES = 25;
/** Interval for saving the progress. An interrupted run repeats the pages after the last save. */
const SAVE_INTERVAL_MS = 2_000;

/**
 * Comparison of the bucket with the rows. It is only a safety net: no crash of our server leaves an
 * object without a row.
 *
 * Orphaned objects are reported, quarantined, and deleted once every sweep of the quarantine period
 * and a final check found them unreferenced. Any error ends the run, with no further deletions.
 */
export class Sweep {
  constructor(private readonly deps: SweepDeps) {}

  /** Returns undefined if a replica sweeps or swept within a day, or if `signal` ended the run. */
  async run(options: SweepOptions): Promise<SweepReport | undefined> {
    const run = new Run(this.deps, options);
    return (await run.begin()) ? run.finish() : undefined;
  }
}

class Run {
  private readonly started = performance.now();
  private readonly bucket: string;
  private readonly lease: TaskLease<SweepProgress>;
  private progress: SweepProgress = startProgress('');
  private deletions: Deletions = {...NO_DELETIONS};
  private savedAt = -Infinity;

  constructor(
    private readonly deps: SweepDeps,
    private readonly options: SweepOptions,
  ) {
    this.bucket = deps.otherBucket ?? deps.config.s3?.bucket ?? '';
    this.lease = sweepLease(deps.sql, this.bucket);
  }

  async begin(): Promise<boolean> {
    const {sql} = this.deps;
    const {dryRun, force = false} = this.options;
    if (dryRun) {
      this.progress = startProgress(await getDatabaseTime(sql));
      return true;
    }
    const acquired = await this.lease.acquire({force});
    if (acquired) this.progress = resumeProgress(acquired);
    return acquired !== undefined;
  }

  async finish(): Promise<SweepReport | undefined> {
    const {dryRun, signal} = this.options;
    try {
      await this.classify();
      await this.requirePlausibleOrphanRatio();
      if (!dryRun) await this.deleteExpiredOrphans();
    } catch (error) {
      if (signal?.aborted && error === signal.reason) await this.lease.pause(this.progress);
      else if (error instanceof TakenOver)
        this.deps.log.warn('another process continues the sweep');
      else {
        await this.handleFailure(error);
        throw error;
      }
      return undefined;
    }
    if (!dryRun) await this.lease.finish();
    const report = this.report();
    await recordRun(this.deps, report);
    if (!dryRun) await alertOnFindings(this.deps.sql, report);
    return report;
  }

  private async classify(): Promise<void> {
    const {sql} = this.deps;
    const {progress} = this;
    let isComplete = false;
    let pages = 0;
    for await (const page of this.pages()) {
      await this.classifyPage(page);
      await this.keepLease();
      isComplete = page.isLast;
      if (++pages % COLLECT_EVERY_PAGES === 0) this.options.collectGarbage?.();
      await sleep(PAGE_PAUSE_MS);
    }
    if (isComplete || !this.countsMissing) return;
    progress.missing += await countMissingAfter(sql, progress);
  }

  private async *pages(): AsyncGenerator<ObjectPage> {
    try {
      yield* this.deps.objects.list(WHOLE_BUCKET, this.progress.after ?? undefined);
    } catch (error) {
      if (!(error instanceof UnusableList)) throw error;
      throw new SweepStopped(`${error.message} Nothing was deleted.`, {cause: error});
    }
  }

  private async classifyPage(page: ObjectPage): Promise<void> {
    const {sql, config} = this.deps;
    const {progress, options} = this;
    const keys = page.objects.map(({key}) => key);
    const ours = page.objects.flatMap((object) => {
      const uuid = OUR_KEY.exec(object.key)?.[1];
      return uuid ? [{...object, uuid}] : [];
    });
    const {hasFiles, old, unknown, missing} = await classifyKeys(sql, {
      bucket: this.bucket,
      ours,
      keys,
      after: progress.after,
      upTo: page.isLast ? undefined : keys.at(-1),
      startedAt: progress.started_at,
      storeTime: page.serverTime,
      minAgeMs: options.minAgeMs ?? Math.max(2 * config.visit.idleMs, HOUR_MS),
      notes: !options.dryRun,
      countsMissing: this.countsMissing,
    });
    if (!hasFiles && ours.length > 0) {
      throw stopped('The bucket has objects, but the database has no row for any file.');
    }
    progress.after = keys.at(-1) ?? progress.after;
    progress.seen += keys.length;
    progress.foreign += keys.length - ours.length;
    progress.young += ours.length - old;
    progress.unknown += unknown.length;
    progress.known += old - unknown.length;
    progress.missing += missing;
    for (const key of unknown) options.onUnknown?.(key);
  }

  /** Saves the progress and extends the lease. Also checks the abort signal. */
  private async keepLease(): Promise<void> {
    this.options.signal?.throwIfAborted();
    if (this.options.dryRun || performance.now() - this.savedAt < SAVE_INTERVAL_MS) return;
    this.savedAt = performance.now();
    if (!(await this.lease.renew(this.progress))) throw new TakenOver();
  }

  private async requirePlausibleOrphanRatio(): Promise<void> {
    const {unknown, seen, foreign} = this.progress;
    // Unmanaged keys do not count: they would lower the ratio and hide a wrong database.
    const ours = seen - foreign;
    if (unknown <= MAX_UNKNOWN || unknown <= ours * MAX_UNKNOWN_SHARE) return;
    throw stopped(`${unknown} of ${ours} objects are not in the database.`);
  }

  private async deleteExpiredOrphans(): Promise<void> {
    const {sql, objects, config} = this.deps;
    const {bucket, deletions, options} = this;
    const quarantineMs = options.quarantineMs ?? config.cleanup.quarantineMs;
    deletions.sighted = await pruneOrphanCandidates(sql, bucket, this.progress.started_at);
    let after = '';
    for (;;) {
      const expired = await findExpiredOrphans(sql, {
        bucket,
        quarantineMs,
        after,
        limit: DELETE_BATCH,
      });
      if (expired.length > 0) {
        options.onDeletion?.();
        await this.removeBatch(expired.filter(({key}) => OUR_KEY.test(key)));
      }
      if (expired.length < DELETE_BATCH) break;
      after = expired.at(-1)?.key ?? after;
      await this.keepLease();
    }
    const before = await getTimeBefore(sql, options.minAgeMs ?? STALE_UPLOAD_MS);
    deletions.aborted_uploads = await objects.abortStaleUploads(PREFIX, before);
  }

  private async removeBatch(expired: {key: string; size: number}[]): Promise<void> {
    const {objects, sql} = this.deps;
    const first = await objects.delete(expired.map(({key}) => key));
    const retry =
      first.failed.length > 0
        ? await objects.delete(first.failed.map(({key}) => key))
        : {deleted: [], failed: []};
    const deletedKeys = new Set([...first.deleted, ...retry.deleted]);
    await deleteCandidates(sql, this.bucket, [...deletedKeys]);
    this.deletions.removed += deletedKeys.size;
    this.deletions.bytes += expired.reduce(
      (sum, {key, size}) => sum + (deletedKeys.has(key) ? size : 0),
      0,
    );
    this.deletions.failures += retry.failed.length;
  }

  /** Whether to count rows without an object: rows only refer to the server's own bucket. */
  private get countsMissing(): boolean {
    return this.deps.otherBucket === undefined;
  }

  /** Ends a stopped run for a day. Pauses a failed run, so that a later run continues it. */
  private async handleFailure(error: unknown): Promise<void> {
    const {sql, log} = this.deps;
    if (this.options.dryRun || isDatabaseDown(error)) return;
    try {
      if (error instanceof SweepStopped) {
        await this.lease.finish();
        const {message} = error;
        await raiseAlert(sql, {cause: 'sweep_stopped', code: 'sweep_stopped', message});
        await recordRun(this.deps, this.report(), {stopped: true});
      } else {
        await this.lease.pause(this.progress);
        await recordRun(this.deps, this.report(), {failed: (error as Error).name});
      }
    } catch (failure) {
      log.error({err: failure}, 'failed to record that a sweep failed');
    }
  }

  private report(): SweepReport {
    const {progress, deletions, started} = this;
    return toReport(progress, deletions, {dryRun: this.options.dryRun, started});
  }
}

const stopped = (finding: string): SweepStopped =>
  new SweepStopped(
    `${finding} Nothing was deleted. Check whether DATABASE_URL and S3_BUCKET belong together, and whether a backup was restored.`,
  );
