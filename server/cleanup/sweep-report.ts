import type {FastifyBaseLogger} from 'fastify';

import {recordAudit} from '../audit/store.js';
import type {AuditMetadata} from '../audit/store.js';
import type {Sql} from '../database/sql.js';
import type {AlertCode} from '../alerts/alert-texts.js';
import {raiseAlert} from '../alerts/alerts.js';
import {formatCount} from '../text/count.js';
import type {SweepProgress} from './sweep-store.js';

export interface Deletions {
  /** Number of objects that are unknown for the first time. */
  sighted: number;
  removed: number;
  bytes: number;
  failures: number;
  aborted_uploads: number;
}

export const NO_DELETIONS: Deletions = {
  sighted: 0,
  removed: 0,
  bytes: 0,
  failures: 0,
  aborted_uploads: 0,
};

/** Result of a sweep, as in its audit row, log line, metrics and `--json`. */
export interface SweepReport extends Omit<SweepProgress, 'after'>, Deletions {
  kept: number;
  dry_run: boolean;
  duration_ms: number;
}

export const toReport = (
  {after: _, ...progress}: SweepProgress,
  deletions: Deletions,
  {dryRun, started}: {dryRun: boolean; started: number},
): SweepReport => ({
  ...progress,
  ...deletions,
  kept: progress.seen - deletions.removed,
  dry_run: dryRun,
  duration_ms: Math.round(performance.now() - started),
});

/** Writes one log line for each run and, except for a dry run, one audit row. */
export const recordRun = async (
  {sql, log}: {sql: Sql; log: FastifyBaseLogger},
  report: SweepReport,
  outcome: AuditMetadata = {},
): Promise<void> => {
  log.info({sweep: {...report, ...outcome}}, 'the bucket was swept');
  if (report.dry_run) return;
  const metadata = {part: 'sweep', ...report, ...outcome};
  await recordAudit(sql, {event: 'orphan_cleanup', metadata});
};

/** Raises alerts for findings that the operator should check. */
export const alertOnFindings = async (
  sql: Sql,
  {sighted, missing, foreign, failures}: SweepReport,
): Promise<void> => {
  const findings: [AlertCode, number, string][] = [
    ['orphan_sighted', sighted, 'not in the database, and now in quarantine'],
    ['object_missing', missing, 'missing in the bucket but listed in the database'],
    ['foreign_keys', foreign, 'in the bucket under keys of another form, and left there'],
    ['orphan_deletion', failures, 'not in the database, and could not be deleted'],
  ];
  for (const [cause, count, finding] of findings) {
    if (count === 0) continue;
    await raiseAlert(sql, {
      cause,
      code: cause,
      message: `${formatCount(count, 'object')}: ${finding}.`,
    });
  }
};
