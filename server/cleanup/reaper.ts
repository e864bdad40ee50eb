import type {FastifyBaseLogger} from 'fastify';

import {recordAudit} from '../audit/store.js';
import type {Config} from '../config.js';
import type {Sql} from '../database/connect.js';
import {raiseAlert} from '../mail/alerts.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {keepHouse} from './housekeeping.js';
import {retireSessions} from './pending.js';
import {
  BATCH,
  buryVisits,
  claimDeletions,
  condemnLapsed,
  dropRemovedRows,
  endAbandoned,
  listAbandoned,
  listDeletions,
  markRemoved,
} from './store.js';
import type {DueFile} from './store.js';

export interface ReaperParts {
  sql: Sql;
  objects: ObjectStore;
  config: Config;
  log: FastifyBaseLogger;
}

/** What a run did; the shape of its audit row, its log line and `maria cleanup --json`. */
export interface ReaperReport {
  /** Visits that were found abandoned. */
  abandoned: number;
  lapsed_uploads: number;
  removed: number;
  bytes: number;
  failures: number;
  tombstones: number;
  archived: number;
  purged: number;
  duration_ms: number;
}

/**
 * Removes what rows say must go. Driven by rows alone: it never lists the bucket, so a store or a
 * database that answers partly can only make it do less.
 */
export class Reaper {
  constructor(private readonly parts: ReaperParts) {}

  /** A whole run. Throws, having deleted nothing more, when the database does not answer. */
  async run(): Promise<ReaperReport> {
    const {sql, config, log} = this.parts;
    const started = performance.now();
    const before = await databaseTime(sql);
    const report = await this.prompt(before);
    const lapsed = await untilDone(() => condemnLapsed(sql));
    const again = await this.removeObjects(before);
    const sessions = await retireSessions(sql, config.retention);
    const purged = await this.removeObjects(before);
    await dropRemovedRows(sql);
    const tombstones = report.tombstones + (await untilDone(() => buryVisits(sql)));
    await keepHouse(sql, config);
    const done: ReaperReport = {
      abandoned: report.abandoned,
      lapsed_uploads: lapsed,
      removed: report.removed + again.removed + purged.removed,
      bytes: report.bytes + again.bytes + purged.bytes,
      failures: report.failures + again.failures + purged.failures,
      tombstones,
      ...sessions,
      duration_ms: Math.round(performance.now() - started),
    };
    await recordAudit(sql, {event: 'orphan_cleanup', metadata: {part: 'reaper', ...done}});
    log.info({cleanup: done}, 'cleanup has run');
    return done;
  }

  /** What cannot wait for the interval: refusals, discards, visits left with no grace. */
  async prompt(before?: Date) {
    const {sql, config} = this.parts;
    const abandoned = await untilDone(async () => (await endAbandoned(sql, config.visit)).length);
    const removed = await this.removeObjects(before);
    await dropRemovedRows(sql);
    return {abandoned, ...removed, tombstones: await untilDone(() => buryVisits(sql))};
  }

  /** What a run would do, without doing it. */
  async plan(): Promise<{visits: string[]; objects: {key: string; size: number}[]}> {
    const {sql, config} = this.parts;
    const visits = await listAbandoned(sql, config.visit);
    const doomed = await sql<{key: string; size: number}[]>`
      select s3_key as key, coalesce(file_size, 0)::int as size from file_uploads
      where (session_uuid = any(${visits}::uuid[]) and state in ('uploading', 'stored'))
         or (state = 'uploading' and leased_until < clock_timestamp())`;
    return {visits, objects: [...(await listDeletions(sql)), ...doomed]};
  }

  private async removeObjects(before: Date | undefined) {
    const total = {removed: 0, bytes: 0, failures: 0};
    for (;;) {
      const claimed = await claimDeletions(this.parts.sql, before);
      if (claimed.length === 0) return total;
      const {removed, failed} = await this.removeBatch(claimed);
      total.removed += removed.length;
      total.bytes += removed.reduce((sum, {size}) => sum + size, 0);
      total.failures += failed.length;
      if (claimed.length < BATCH || failed.length > 0) return total;
    }
  }

  private async removeBatch(claimed: DueFile[]) {
    const {sql, objects} = this.parts;
    const {deleted, failed} = await objects.delete(claimed.map(({key}) => key));
    const gone = new Set(deleted);
    const removed = claimed.filter(({key}) => gone.has(key));
    const kept = claimed.filter(({key}) => !gone.has(key));
    await sql.begin(async (tx) => {
      await markRemoved(
        tx,
        removed.map(({id}) => id),
      );
      // The claim of what failed runs out by itself, which is the pause before the next try.
      await recordAudit(
        tx,
        ...kept.map(({id, uuid, siteKey, key}) => ({
          event: 'file_deletion_error' as const,
          uuid,
          site: siteKey,
          metadata: {file_id: id, code: failed.find((one) => one.key === key)?.code ?? 'unknown'},
        })),
      );
    });
    if (kept.length > 0) await this.tellFailure(kept.length);
    return {removed, failed: kept};
  }

  private async tellFailure(count: number): Promise<void> {
    await raiseAlert(this.parts.sql, {
      cause: 'object_deletion',
      code: 'file_deletion_error',
      message: `The store did not delete ${count} objects. The next runs try again.`,
    });
  }
}

const databaseTime = async (sql: Sql): Promise<Date> => {
  const [row] = await sql<{now: Date}[]>`select clock_timestamp() as now`;
  if (!row) throw new Error('The database did not tell the time.');
  return row.now;
};

/** Repeats a batch until it finds nothing to do; answers the sum. */
const untilDone = async (batch: () => Promise<number>): Promise<number> => {
  let total = 0;
  for (;;) {
    const count = await batch();
    total += count;
    if (count === 0) return total;
  }
};
