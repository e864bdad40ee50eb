import type {FastifyBaseLogger} from 'fastify';

import {deleteOldLinks} from '../accounts/link-store.js';
import {deleteOldSessions} from '../accounts/session-store.js';
import {redactRemovedAccounts} from '../accounts/store.js';
import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {deleteDeadMail} from '../jobs/queue.js';
import {expireReleases} from '../releases/store.js';
import {deleteOldBudgets} from '../responders/budgets.js';
import {deleteOldOrigins} from '../sites/seen-origins.js';
import {MINUTE_MS} from '../units.js';
import {runInBatches} from './run-in-batches.js';

export interface ExpiryDeps {
  sql: Sql;
  config: Pick<Config, 'audit' | 'widgetReleaseDays'>;
  log: FastifyBaseLogger;
}

const INTERVAL_MS = 10 * MINUTE_MS;
const JITTER = 0.1;
const BATCH = 1_000;

/**
 * Job that expires counters, IP addresses and similar rows. They do not belong to the session of a
 * visitor, so the job also runs if cleanup is paused, disabled or failing.
 */
export class Expiry {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(private readonly deps: ExpiryDeps) {}

  /** Runs immediately, and then every ten minutes. */
  start(): void {
    if (this.stopping.signal.aborted) return;
    this.running = this.run().finally(() => {
      const ms = INTERVAL_MS * (1 - JITTER + 2 * JITTER * Math.random());
      this.timer = setTimeout(() => {
        this.start();
      }, ms).unref();
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    clearTimeout(this.timer);
  }

  /** Runs all steps. A step that fails does not stop the other steps. */
  async run(): Promise<void> {
    const {sql, config, log} = this.deps;
    const {signal} = this.stopping;
    for (const [name, step] of Object.entries(createSteps(sql, config))) {
      await runInBatches(BATCH, step, signal).catch((error: unknown) => {
        log.error({err: error, step: name}, 'failed to expire old data; the next run tries again');
      });
    }
  }
}

type Step = (limit: number) => Promise<number>;

const createSteps = (
  sql: Sql,
  {audit, widgetReleaseDays}: ExpiryDeps['config'],
): Record<string, Step> => ({
  ip_addresses: (limit) => redactOldAddresses(sql, audit.ipDays, limit),
  widget_releases: (limit) => expireReleases(sql, widgetReleaseDays, limit),
  rate_limits: async (limit) => {
    const rows = await sql`
      delete from rate_limits where key in (
        select key from rate_limits where resets_at < now() - interval '1 minute'
        limit ${limit} for update skip locked)
      returning 1`;
    return rows.length;
  },
  mail_counts: async (limit) => {
    // The table has no key, because several e-mails can be counted at the same time.
    const rows = await sql`
      delete from mail_counts where ctid = any(array(
        select ctid from mail_counts where counted_at < now() - interval '1 day'
        limit ${limit} for update skip locked))
      returning 1`;
    return rows.length;
  },
  responder_budgets: (limit) => deleteOldBudgets(sql, limit),
  watched: async (limit) => {
    const rows = await sql`
      delete from watched where key in (
        select key from watched where expires_at < now()
        limit ${limit} for update skip locked)
      returning 1`;
    return rows.length;
  },
  account_sessions: (limit) => deleteOldSessions(sql, limit),
  sign_in_links: (limit) => deleteOldLinks(sql, limit),
  removed_accounts: (limit) => redactRemovedAccounts(sql, audit.retentionDays, limit),
  site_origins: (limit) => deleteOldOrigins(sql, limit),
  lead_exports: async (limit) => {
    const rows = await sql`
      delete from lead_exports where id in (
        select id from lead_exports where expires_at < now()
        limit ${limit} for update skip locked)
      returning 1`;
    return rows.length;
  },
  dead_mail: (limit) => deleteDeadMail(sql, limit),
});

const redactOldAddresses = async (sql: Sql, days: number, limit: number): Promise<number> => {
  const rows = await sql`
    update audit_logs set ip_address = null
    where (id, timestamp) in (
      select id, timestamp from audit_logs
      where ip_address is not null and timestamp < now() - ${`${days} days`}::interval
      limit ${limit} for update skip locked)
    returning id`;
  return rows.length;
};
