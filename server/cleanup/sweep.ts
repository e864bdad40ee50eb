import type {FastifyBaseLogger} from 'fastify';

import {recordAudit} from '../audit/store.js';
import type {Config} from '../config.js';
import type {Sql} from '../database/connect.js';
import {raiseAlert} from '../mail/alerts.js';
import type {ObjectPage, ObjectStore} from '../object-store/object-store.js';
import {
  claimSweep,
  countMissing,
  findUnknown,
  finishSweep,
  forgetCandidates,
  fromTheStart,
  hasNoFiles,
  noteUnknown,
  ripeCandidates,
  saveProgress,
  settleCandidates,
} from './sweep-store.js';
import type {ListedKey, SweepProgress} from './sweep-store.js';

export interface SweepParts {
  sql: Sql;
  objects: ObjectStore;
  config: Config;
  log: FastifyBaseLogger;
}

export interface SweepOptions {
  /** Looks and counts, and changes nothing. */
  dryRun: boolean;
  /** Runs though a day has not passed. */
  force?: boolean;
  quarantineMs?: number;
  minAgeMs?: number;
  onUnknown?: (key: string) => void;
}

export interface SweepReport extends Omit<SweepProgress, 'after'> {
  removed: number;
  bytes: number;
  failures: number;
  aborted_uploads: number;
  dry_run: boolean;
  duration_ms: number;
}

/** The sweep stopped because what it saw is more likely a wrong database than that many orphans. */
export class SweepStopped extends Error {}

const PREFIX = 'uploads/';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
/** Only keys of exactly this shape are ours to touch. */
const OUR_KEY = new RegExp(`^uploads/(${UUID})/${UUID}\\.pdf$`);
const HOUR_MS = 3_600_000;
/** A store tells the time in whole seconds (RFC 9110, 5.6.7). */
const CLOCK_STEP_MS = 1_000;
const DELETE_BATCH = 1_000;
const MAX_UNKNOWN = 50;
const MAX_UNKNOWN_SHARE = 0.2;

/**
 * Compares the bucket with the rows, as a safety net: no crash of ours makes an object without a
 * row. Unknown objects are told, watched through a quarantine, and deleted when every sweep has
 * seen them unknown and a second look agrees. Any error ends the run with nothing deleted.
 */
export class Sweep {
  constructor(private readonly parts: SweepParts) {}

  /** Undefined when another replica is at it, or has been within a day. */
  async run(options: SweepOptions): Promise<SweepReport | undefined> {
    const {sql} = this.parts;
    const started = performance.now();
    const progress = options.dryRun
      ? fromTheStart(await databaseTime(sql))
      : await claimSweep(sql, options.force ?? false);
    if (!progress) return undefined;
    await this.look(progress, options);
    await this.demandPlausible(progress, options);
    const deletion = options.dryRun ? NOTHING : await this.removeRipe(progress, options);
    if (!options.dryRun) await finishSweep(sql);
    return this.report(progress, {...deletion, dry_run: options.dryRun}, started);
  }

  private async look(progress: SweepProgress, options: SweepOptions): Promise<void> {
    const {sql, objects} = this.parts;
    for await (const page of objects.list(PREFIX, progress.after ?? undefined)) {
      if (page.objects.length === 0) continue;
      if (progress.seen === 0 && (await hasNoFiles(sql))) {
        throw await this.stop(
          'The bucket has objects, but the database knows no file at all.',
          options,
        );
      }
      await this.lookAtPage(page, progress, options);
      if (!options.dryRun && !(await saveProgress(sql, progress))) {
        throw new SweepStopped('Another process has taken the sweep over.');
      }
    }
    progress.missing += await countMissing(sql, {
      after: progress.after,
      upTo: null,
      keys: [],
      startedAt: progress.started_at,
    });
  }

  private async lookAtPage(
    page: ObjectPage,
    progress: SweepProgress,
    options: SweepOptions,
  ): Promise<void> {
    const {sql, config} = this.parts;
    const minAgeMs = options.minAgeMs ?? Math.max(2 * config.visit.idleMs, HOUR_MS);
    const ours = page.objects.flatMap((object) => {
      const uuid = OUR_KEY.exec(object.key)?.[1];
      return uuid ? [{...object, uuid}] : [];
    });
    const old = ours.filter(
      ({lastModified}) =>
        page.serverTime.getTime() - lastModified.getTime() >= minAgeMs - CLOCK_STEP_MS,
    );
    const unknown = await this.unknownOf(old, options);
    const upTo = page.objects.at(-1)?.key ?? null;
    progress.missing += await countMissing(sql, {
      after: progress.after,
      upTo,
      keys: page.objects.map(({key}) => key),
      startedAt: progress.started_at,
    });
    progress.after = upTo;
    progress.seen += page.objects.length;
    progress.foreign += page.objects.length - ours.length;
    progress.young += ours.length - old.length;
    progress.unknown += unknown.length;
    progress.known += old.length - unknown.length;
    progress.sighted += unknown.filter(({isNew}) => isNew).length;
    for (const {key} of unknown) options.onUnknown?.(key);
  }

  private async unknownOf(old: ListedKey[], {dryRun}: SweepOptions) {
    if (old.length === 0) return [];
    if (!dryRun) return noteUnknown(this.parts.sql, old);
    return (await findUnknown(this.parts.sql, old)).map((key) => ({key, isNew: false}));
  }

  private async demandPlausible(
    {unknown, seen}: SweepProgress,
    options: SweepOptions,
  ): Promise<void> {
    if (unknown <= MAX_UNKNOWN || unknown <= seen * MAX_UNKNOWN_SHARE) return;
    throw await this.stop(`${unknown} of ${seen} objects are unknown to the database.`, options);
  }

  private async stop(what: string, {dryRun}: SweepOptions): Promise<SweepStopped> {
    const message = `${what} Nothing was deleted. Is this the right database, or a restored backup?`;
    if (dryRun) return new SweepStopped(message);
    const {sql} = this.parts;
    await finishSweep(sql);
    await raiseAlert(sql, {cause: 'sweep_stopped', code: 'sweep_stopped', message});
    await recordAudit(sql, {event: 'orphan_cleanup', metadata: {part: 'sweep', stopped: true}});
    return new SweepStopped(message);
  }

  private async removeRipe(progress: SweepProgress, options: SweepOptions): Promise<Deletions> {
    const {sql, objects, config} = this.parts;
    const quarantineMs = options.quarantineMs ?? config.cleanup.quarantineMs;
    await settleCandidates(sql, progress.started_at);
    const total = {...NOTHING};
    let after = '';
    for (;;) {
      const ripe = await ripeCandidates(sql, quarantineMs, after, DELETE_BATCH);
      if (ripe.length === 0) break;
      after = ripe.at(-1)?.key ?? after;
      const {removed, bytes, failures} = await this.removeBatch(ripe);
      total.removed += removed;
      total.bytes += bytes;
      total.failures += failures;
    }
    const staleBefore = new Date(Date.now() - 24 * HOUR_MS);
    total.aborted_uploads = await objects.abortStaleUploads(PREFIX, staleBefore);
    return total;
  }

  private async removeBatch(ripe: {key: string; size: number}[]) {
    const {sql, objects} = this.parts;
    const listed = ripe.flatMap(({key, size}) => {
      const uuid = OUR_KEY.exec(key)?.[1];
      return uuid ? [{key, uuid, size}] : [];
    });
    // The second look, just before: a row may have come back with a backup.
    const unknown = await findUnknown(sql, listed);
    const first = await objects.delete(unknown);
    const again =
      first.failed.length > 0
        ? await objects.delete(first.failed.map(({key}) => key))
        : {deleted: [], failed: []};
    const gone = new Set([...first.deleted, ...again.deleted]);
    await forgetCandidates(sql, [...gone]);
    const bytes = listed.reduce((sum, {key, size}) => sum + (gone.has(key) ? size : 0), 0);
    return {removed: gone.size, bytes, failures: again.failed.length};
  }

  private async report(
    {after: _, ...progress}: SweepProgress,
    deletion: Deletions & {dry_run: boolean},
    started: number,
  ): Promise<SweepReport> {
    const {sql, log} = this.parts;
    const duration_ms = Math.round(performance.now() - started);
    const report: SweepReport = {...progress, ...deletion, duration_ms};
    log.info({sweep: report}, 'the bucket was swept');
    if (deletion.dry_run) return report;
    const metadata = {part: 'sweep', ...report};
    await recordAudit(sql, {event: 'orphan_cleanup', metadata});
    await this.tell(report);
    return report;
  }

  private async tell({sighted, missing, foreign, failures}: SweepReport): Promise<void> {
    const findings: [string, number, string][] = [
      ['orphan_sighted', sighted, 'objects are unknown to every table and now in quarantine'],
      ['object_missing', missing, 'stored files have no object in the bucket'],
      ['foreign_keys', foreign, 'keys under uploads/ are not of our shape and were left alone'],
      ['orphan_deletion', failures, 'unknown objects could not be deleted'],
    ];
    for (const [cause, count, what] of findings) {
      if (count === 0) continue;
      await raiseAlert(this.parts.sql, {cause, code: cause, message: `${count} ${what}.`});
    }
  }
}

interface Deletions {
  removed: number;
  bytes: number;
  failures: number;
  aborted_uploads: number;
}

const NOTHING: Deletions = {removed: 0, bytes: 0, failures: 0, aborted_uploads: 0};

const databaseTime = async (sql: Sql): Promise<string> => {
  const [row] = await sql<{now: string}[]>`select now()::text as now`;
  if (!row) throw new Error('The database did not tell the time.');
  return row.now;
};
