import {setTimeout as sleep} from 'node:timers/promises';

import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {isDatabaseDown} from '../database/failure.js';
import type {TaskLease} from '../database/task-lease.js';
import {databaseTime, timeBefore} from '../database/time.js';
import {raiseAlert} from '../alerts/alerts.js';
import {UnusableList} from '../object-store/errors.js';
import type {ObjectPage, ObjectStore} from '../object-store/object-store.js';
import {NO_DELETIONS, recordRun, toReport, alertOnFindings} from './sweep-report.js';
import type {Deletions, SweepReport} from './sweep-report.js';
import {
  countMissingAfter,
  deleteCandidates,
  fromTheStart,
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
  /** Set when `objects` is another bucket than the server's own. */
  otherBucket?: string;
}

interface SweepOptions {
  /** Looks and counts, and changes nothing. */
  dryRun: boolean;
  /** Runs though a day has not passed. */
  force?: boolean;
  quarantineMs?: number;
  minAgeMs?: number;
  onUnknown?: (key: string) => void;
  /** Called now and then, by when some megabytes are of no use any more. */
  collectGarbage?: () => void;
  /** Ends the run after the page that it is at; the next run goes on there. */
  signal?: AbortSignal | undefined;
}

/**
 * The sweep stopped: what it saw is more likely a wrong database than that many orphans, or the
 * store cannot be swept.
 */
export class SweepStopped extends Error {}

/** Another process goes on with it, since this one has been silent for too long. */
class TakenOver extends Error {}

/** A file that lies beside ours is told as well, though it is never touched. */
const WHOLE_BUCKET = '';
const PREFIX = 'uploads/';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
/** Only keys of exactly this shape are ours to touch. */
const OUR_KEY = new RegExp(`^uploads/(${UUID})/${UUID}\\.pdf$`);
const HOUR_MS = 3_600_000;
/** Ours are sent in one piece within minutes; whatever else writes here gets a day. */
const STALE_UPLOAD_MS = 24 * HOUR_MS;
const DELETE_BATCH = 1_000;
const MAX_UNKNOWN = 50;
const MAX_UNKNOWN_SHARE = 0.2;
/** Reading a thousand keys keeps the process from all else: visitors come in between. */
const PAGE_PAUSE_MS = 10;
/** Each leaves about a megabyte behind. */
const COLLECT_EVERY_PAGES = 25;
/** A run that is cut off looks at what it saw since once more. */
const KEEP_EVERY_MS = 2_000;

/**
 * Compares the bucket with the rows, as a safety net: no crash of ours makes an object without a
 * row. Unknown objects are told, watched through a quarantine, and deleted when every sweep has
 * seen them unknown and a second look agrees. Any error ends the run with nothing deleted.
 */
export class Sweep {
  constructor(private readonly deps: SweepDeps) {}

  /** Undefined when another replica is at it, or has been within a day, or the signal ended it. */
  async run(options: SweepOptions): Promise<SweepReport | undefined> {
    const run = new Run(this.deps, options);
    return (await run.begin()) ? run.finish() : undefined;
  }
}

class Run {
  private readonly started = performance.now();
  private readonly bucket: string;
  private readonly lease: TaskLease<SweepProgress>;
  private progress: SweepProgress = fromTheStart('');
  private deletions: Deletions = {...NO_DELETIONS};
  private keptAt = -Infinity;

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
      this.progress = fromTheStart(await databaseTime(sql));
      return true;
    }
    const taken = await this.lease.take({force});
    if (taken) this.progress = resumeProgress(taken);
    return taken !== undefined;
  }

  async finish(): Promise<SweepReport | undefined> {
    const {dryRun, signal} = this.options;
    try {
      await this.classify();
      await this.requirePlausibleOrphanRatio();
      if (!dryRun) await this.deleteExpiredOrphans();
    } catch (error) {
      if (signal?.aborted && error === signal.reason) await this.lease.pause(this.progress);
      else if (error instanceof TakenOver) this.deps.log.warn('another process goes on sweeping');
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
      throw stopped('The bucket has objects, but the database knows no file at all.');
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

  /** Also the place where a run may be ended. */
  private async keepLease(): Promise<void> {
    this.options.signal?.throwIfAborted();
    if (this.options.dryRun || performance.now() - this.keptAt < KEEP_EVERY_MS) return;
    this.keptAt = performance.now();
    if (!(await this.lease.keep(this.progress))) throw new TakenOver();
  }

  private async requirePlausibleOrphanRatio(): Promise<void> {
    const {unknown, seen, foreign} = this.progress;
    // What others keep in the bucket makes no restored backup look like the right database.
    const ours = seen - foreign;
    if (unknown <= MAX_UNKNOWN || unknown <= ours * MAX_UNKNOWN_SHARE) return;
    throw stopped(`${unknown} of ${ours} objects are unknown to the database.`);
  }

  private async deleteExpiredOrphans(): Promise<void> {
    const {sql, objects, config} = this.deps;
    const {bucket, deletions, options} = this;
    const quarantineMs = options.quarantineMs ?? config.cleanup.quarantineMs;
    deletions.sighted = await pruneOrphanCandidates(sql, bucket, this.progress.started_at);
    let after = '';
    for (;;) {
      const ripe = await findExpiredOrphans(sql, {
        bucket,
        quarantineMs,
        after,
        limit: DELETE_BATCH,
      });
      if (ripe.length > 0) await this.removeBatch(ripe.filter(({key}) => OUR_KEY.test(key)));
      if (ripe.length < DELETE_BATCH) break;
      after = ripe.at(-1)?.key ?? after;
      await this.keepLease();
    }
    const before = await timeBefore(sql, options.minAgeMs ?? STALE_UPLOAD_MS);
    deletions.aborted_uploads = await objects.abortStaleUploads(PREFIX, before);
  }

  private async removeBatch(ripe: {key: string; size: number}[]): Promise<void> {
    const {objects, sql} = this.deps;
    const first = await objects.delete(ripe.map(({key}) => key));
    const again =
      first.failed.length > 0
        ? await objects.delete(first.failed.map(({key}) => key))
        : {deleted: [], failed: []};
    const gone = new Set([...first.deleted, ...again.deleted]);
    await deleteCandidates(sql, this.bucket, [...gone]);
    this.deletions.removed += gone.size;
    this.deletions.bytes += ripe.reduce((sum, {key, size}) => sum + (gone.has(key) ? size : 0), 0);
    this.deletions.failures += again.failed.length;
  }

  /** Rows speak of the server's own bucket alone. */
  private get countsMissing(): boolean {
    return this.deps.otherBucket === undefined;
  }

  /** A run that found something wrong is over for today; one that failed is gone on with. */
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
      log.error({err: failure}, 'a sweep broke off and could not say so');
    }
  }

  private report(): SweepReport {
    const {progress, deletions, started} = this;
    return toReport(progress, deletions, {dryRun: this.options.dryRun, started});
  }
}

const stopped = (what: string): SweepStopped =>
  new SweepStopped(
    `${what} Nothing was deleted. Is this the right database, or a restored backup?`,
  );
