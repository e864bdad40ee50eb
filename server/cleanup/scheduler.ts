import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {isDatabaseDown, isStatementTimeout} from '../database/errors.js';
import {RESTORED_DATABASE} from '../database/restore-guard.js';
import type {RestoreGuard} from '../database/restore-guard.js';
import type {AlertCode} from '../alerts/alert-texts.js';
import {raiseAlert} from '../alerts/alerts.js';
import type {DatabaseOutage} from '../alerts/database-outage.js';
import type {Reaper} from './reaper.js';
import {SweepStopped} from './sweep.js';
import type {Sweep} from './sweep.js';

type Part = 'reaper' | 'sweep';

export interface CleanupDeps {
  sql: Sql;
  config: Config;
  reaper: Reaper;
  sweep: Sweep;
  restoreGuard: RestoreGuard;
  log: FastifyBaseLogger;
  outage: DatabaseOutage;
  /** Deletes the spooled files that a killed process left on this machine. */
  sweepSpool: () => Promise<void>;
  onDone: (part: Part, report: object) => void;
  onFailed: (part: Part) => void;
}

const JITTER = 0.1;
/** Delay before the retry of a run that found the database down. */
const RETRY_MS = 1_000;
/** Visitors who leave within the same step share a timer. */
const STEP_MS = 1_000;

/** Scheduler that runs the cleanup at intervals, and immediately for urgent deletions. */
export class Cleanup {
  private timer: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  /** Timers by the step in which they are due. */
  private readonly delayed = new Map<number, NodeJS.Timeout>();
  private runs: Promise<void> = Promise.resolve();
  /** Separate queue: a sweep of many minutes must not delay the deletion of a visitor's files. */
  private urgentRuns: Promise<void> = Promise.resolve();
  private isUrgentQueued = false;
  private readonly stopping = new AbortController();

  constructor(private readonly deps: CleanupDeps) {}

  start(): void {
    if (this.isStopped) return;
    // A restored database is reported immediately, not only at the first run.
    this.runs = this.attempt('reaper', async () => undefined);
    this.schedule();
  }

  private schedule(): void {
    const {intervalMs} = this.deps.config.cleanup;
    if (intervalMs === 0 || this.isStopped) return;
    // Jitter, so that replicas that started together do not run in the same second.
    const pauseMs = intervalMs * (1 - JITTER + 2 * JITTER * Math.random());
    this.timer = setTimeout(() => {
      this.runs = this.runs
        .then(() => this.runAll())
        .finally(() => {
          this.schedule();
        });
    }, pauseMs);
  }

  /** Schedules an urgent run now; repeated calls are coalesced. */
  triggerSoon(): void {
    if (this.isUrgentQueued || this.isStopped) return;
    this.isUrgentQueued = true;
    this.urgentRuns = this.urgentRuns.then(() => {
      this.isUrgentQueued = false;
      return this.attempt('reaper', () => this.deps.reaper.runUrgent(this.stopping.signal));
    });
  }

  /** Schedules an urgent run after `ms`, in which a visitor who left can return. */
  triggerAfter(ms: number): void {
    if (ms === 0) {
      this.triggerSoon();
      return;
    }
    const now = performance.now();
    const step = Math.ceil((now + ms) / STEP_MS);
    if (this.isStopped || this.delayed.has(step)) return;
    const timer = setTimeout(
      () => {
        this.delayed.delete(step);
        this.triggerSoon();
      },
      step * STEP_MS - now,
    );
    this.delayed.set(step, timer);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of [this.timer, this.retry, ...this.delayed.values()]) clearTimeout(timer);
    this.delayed.clear();
    await Promise.all([this.runs, this.urgentRuns]);
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Runs all parts. A part that fails does not stop the other parts. */
  private async runAll(): Promise<void> {
    const {reaper, sweep, sweepSpool, log} = this.deps;
    const {signal} = this.stopping;
    await sweepSpool().catch((error: unknown) => {
      log.error({err: error}, 'failed to sweep the spool');
    });
    await this.attempt('reaper', () => reaper.run(signal));
    if (!signal.aborted) await this.attempt('sweep', () => sweep.run({dryRun: false, signal}));
  }

  private async attempt(part: Part, work: () => Promise<object | undefined>): Promise<void> {
    try {
      if (await this.isPaused()) return;
      const report = await work();
      if (report) this.deps.onDone(part, report);
      await this.deps.outage.resolve(this.deps.sql);
    } catch (error) {
      await this.handleFailure(part, error);
    }
  }

  private async isPaused(): Promise<boolean> {
    if (!(await this.deps.restoreGuard.check())) return false;
    this.deps.log.error(RESTORED_DATABASE);
    await this.alert('database_set_back', RESTORED_DATABASE);
    return true;
  }

  /** Reports a failed run. The next run tries again. */
  private async handleFailure(part: Part, error: unknown): Promise<void> {
    const {log, outage, onFailed} = this.deps;
    onFailed(part);
    if (error instanceof SweepStopped) return;
    log.error({err: error, part}, 'cleanup did not finish; no further objects were deleted');
    const isDown = isDatabaseDown(error);
    if (isDown) {
      outage.recordStoppedCleanup(error);
      this.scheduleRetry();
    }
    // Otherwise a query that times out in each run would never raise an alert.
    if (!isDown || isStatementTimeout(error)) {
      const message = 'A cleanup run failed. It has deleted no further objects.';
      await this.alert('cleanup_failed', message, 'cleanup');
    }
  }

  private scheduleRetry(): void {
    if (this.retry || this.isStopped) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.triggerSoon();
    }, RETRY_MS);
  }

  private async alert(code: AlertCode, message: string, cause: string = code): Promise<void> {
    const {sql, log} = this.deps;
    await raiseAlert(sql, {cause, code, message}).catch((error: unknown) => {
      log.error({err: error}, 'failed to queue an alert');
    });
  }
}
