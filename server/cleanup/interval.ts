import type {FastifyBaseLogger} from 'fastify';

import type {Config} from '../config.js';
import type {Sql} from '../database/connect.js';
import {isDatabaseDown, isStatementTimeout} from '../database/failure.js';
import {raiseAlert} from '../mail/alerts.js';
import type {Outage} from '../mail/outage.js';
import type {Reaper} from './reaper.js';
import {SweepStopped} from './sweep.js';
import type {Sweep} from './sweep.js';

export interface CleanupParts {
  sql: Sql;
  config: Config;
  reaper: Reaper;
  sweep: Sweep;
  log: FastifyBaseLogger;
  outage: Outage;
  onDone: (part: 'reaper' | 'sweep', report: object) => void;
}

const JITTER = 0.1;
/** A prompt that found the database away tries again this much later. */
const PROMPT_RETRY_MS = 1_000;

/** Runs the cleanup by itself: on its interval, and at once when something must not wait. */
export class Cleanup {
  private timer: NodeJS.Timeout | undefined;
  private readonly later = new Set<NodeJS.Timeout>();
  private work: Promise<void> = Promise.resolve();
  private promptWaits = false;
  private stopped = false;

  constructor(private readonly parts: CleanupParts) {}

  start(): void {
    const {intervalMs} = this.parts.config.cleanup;
    if (intervalMs === 0 || this.stopped) return;
    // Replicas that were started together should not all look in the same second.
    const pauseMs = intervalMs * (1 - JITTER + 2 * JITTER * Math.random());
    this.timer = setTimeout(() => {
      this.queue(() => this.turn());
      void this.work.finally(() => {
        this.start();
      });
    }, pauseMs);
  }

  /** Something waits to be removed; many calls in a row become one look. */
  prompt(): void {
    if (this.promptWaits || this.stopped) return;
    this.promptWaits = true;
    this.queue(async () => {
      this.promptWaits = false;
      await this.parts.reaper.prompt();
    });
  }

  /** The same, once a visitor who has left has had the time to come back. */
  promptIn(ms: number): void {
    const timer = setTimeout(() => {
      this.later.delete(timer);
      this.prompt();
    }, ms);
    this.later.add(timer);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const timer of this.later) clearTimeout(timer);
    await this.work;
  }

  private queue(job: () => Promise<void>): void {
    this.work = this.work.then(job).catch((error: unknown) => this.failed(error));
  }

  private async turn(): Promise<void> {
    const {reaper, sweep, onDone} = this.parts;
    onDone('reaper', await reaper.run());
    const swept = await sweep.run({dryRun: false});
    if (swept) onDone('sweep', swept);
  }

  /** Nothing was deleted that should not be; it is told, and the next turn tries again. */
  private async failed(error: unknown): Promise<void> {
    const {log, sql} = this.parts;
    if (error instanceof SweepStopped) return;
    log.error({err: error}, 'cleanup did not finish; nothing more was deleted');
    if (isDatabaseDown(error)) {
      this.parts.outage.stoppedCleanup(error);
      if (!this.stopped && this.later.size === 0) this.promptIn(PROMPT_RETRY_MS);
      // A query that is given up each time would otherwise stay unheard of.
      if (!isStatementTimeout(error)) return;
    }
    const message = 'A cleanup run failed and deleted nothing more. The log has the cause.';
    await raiseAlert(sql, {cause: 'cleanup', code: 'cleanup_failed', message}).catch(
      (alertError: unknown) => {
        log.error({err: alertError}, 'an alert could not be queued');
      },
    );
  }
}
