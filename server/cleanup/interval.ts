import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {isDatabaseDown, isStatementTimeout} from '../database/failure.js';
import {RESTORED_DATABASE} from '../database/restore-guard.js';
import type {RestoreGuard} from '../database/restore-guard.js';
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
  known: RestoreGuard;
  log: FastifyBaseLogger;
  outage: DatabaseOutage;
  /** Removes what uploads of a killed process left on this machine. */
  tidySpool: () => Promise<void>;
  onDone: (part: Part, report: object) => void;
  onFailed: (part: Part) => void;
}

const JITTER = 0.1;
/** A prompt that found the database away tries again this much later. */
const PROMPT_RETRY_MS = 1_000;
/** All who leave within one such step share a timer. */
const STEP_MS = 1_000;

/** Runs the cleanup by itself: on its interval, and at once when something must not wait. */
export class Cleanup {
  private timer: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  /** By the step in which they are due. */
  private readonly later = new Map<number, NodeJS.Timeout>();
  private turns: Promise<void> = Promise.resolve();
  /** A chain of its own: a sweep of many minutes keeps no visitor's files. */
  private prompts: Promise<void> = Promise.resolve();
  private promptWaits = false;
  private readonly stopping = new AbortController();

  constructor(private readonly deps: CleanupDeps) {}

  start(): void {
    if (this.isStopped) return;
    // A database that was set back is told of at once, whenever the first run is due.
    this.turns = this.attempt('reaper', async () => undefined);
    this.schedule();
  }

  private schedule(): void {
    const {intervalMs} = this.deps.config.cleanup;
    if (intervalMs === 0 || this.isStopped) return;
    // Replicas that were started together should not all look in the same second.
    const pauseMs = intervalMs * (1 - JITTER + 2 * JITTER * Math.random());
    this.timer = setTimeout(() => {
      this.turns = this.turns
        .then(() => this.turn())
        .finally(() => {
          this.schedule();
        });
    }, pauseMs);
  }

  /** Something waits to be removed; many calls in a row become one look. */
  triggerSoon(): void {
    if (this.promptWaits || this.isStopped) return;
    this.promptWaits = true;
    this.prompts = this.prompts.then(() => {
      this.promptWaits = false;
      return this.attempt('reaper', () => this.deps.reaper.runUrgent(this.stopping.signal));
    });
  }

  /** The same, once a visitor who has left has had the time to come back. */
  triggerAfter(ms: number): void {
    if (ms === 0) {
      this.triggerSoon();
      return;
    }
    const now = performance.now();
    const step = Math.ceil((now + ms) / STEP_MS);
    if (this.isStopped || this.later.has(step)) return;
    const timer = setTimeout(
      () => {
        this.later.delete(step);
        this.triggerSoon();
      },
      step * STEP_MS - now,
    );
    this.later.set(step, timer);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of [this.timer, this.retry, ...this.later.values()]) clearTimeout(timer);
    this.later.clear();
    await Promise.all([this.turns, this.prompts]);
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** One part that fails does not keep the others from their work. */
  private async turn(): Promise<void> {
    const {reaper, sweep, tidySpool, log} = this.deps;
    const {signal} = this.stopping;
    await tidySpool().catch((error: unknown) => {
      log.error({err: error}, 'the spool could not be swept');
    });
    await this.attempt('reaper', () => reaper.run(signal));
    if (!signal.aborted) await this.attempt('sweep', () => sweep.run({dryRun: false, signal}));
  }

  private async attempt(part: Part, work: () => Promise<object | undefined>): Promise<void> {
    try {
      if (await this.isPaused()) {
        this.deps.onFailed(part);
        return;
      }
      const report = await work();
      if (report) this.deps.onDone(part, report);
      await this.deps.outage.resolve(this.deps.sql);
    } catch (error) {
      await this.failed(part, error);
    }
  }

  private async isPaused(): Promise<boolean> {
    if (!(await this.deps.known.check())) return false;
    this.deps.log.error(RESTORED_DATABASE);
    await this.alert('database_set_back', RESTORED_DATABASE);
    return true;
  }

  /** Nothing was deleted that should not be; it is told, and the next turn tries again. */
  private async failed(part: Part, error: unknown): Promise<void> {
    const {log, outage, onFailed} = this.deps;
    onFailed(part);
    if (error instanceof SweepStopped) return;
    log.error({err: error, part}, 'cleanup did not finish; nothing more was deleted');
    const isDown = isDatabaseDown(error);
    if (isDown) {
      outage.stoppedCleanup(error);
      this.tryAgainSoon();
    }
    // A query that is given up each time would otherwise stay unheard of.
    if (!isDown || isStatementTimeout(error)) {
      const message = 'A cleanup run failed and deleted nothing more. The log has the cause.';
      await this.alert('cleanup_failed', message, 'cleanup');
    }
  }

  private tryAgainSoon(): void {
    if (this.retry || this.isStopped) return;
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.triggerSoon();
    }, PROMPT_RETRY_MS);
  }

  private async alert(code: string, message: string, cause = code): Promise<void> {
    const {sql, log} = this.deps;
    await raiseAlert(sql, {cause, code, message}).catch((error: unknown) => {
      log.error({err: error}, 'an alert could not be queued');
    });
  }
}
