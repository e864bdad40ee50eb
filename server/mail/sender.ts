import type {FastifyBaseLogger} from 'fastify';

import {sendAlertSummaries} from '../alerts/alerts.js';
import type {DatabaseOutage} from '../alerts/database-outage.js';
import type {Config} from '../config/config.js';
import {isDatabaseDown} from '../database/errors.js';
import type {Sql} from '../database/sql.js';
import {
  JOB_LEASE_SECONDS,
  claimJobs,
  deadLetterExpired,
  getNextJobMs,
  renewJobs,
} from '../jobs/queue.js';
import type {ClaimedJob} from '../jobs/queue.js';
import {Worker} from '../jobs/worker.js';
import {alertDeadMail} from './dead-mail-alert.js';
import {deliver} from './deliver.js';
import type {DeliveryDeps} from './deliver.js';
import {Outcomes} from './outcomes.js';
import {SmtpHealth} from './smtp-health.js';
import {MailTransport} from './transport.js';

export interface MailSenderDeps extends Pick<DeliveryDeps, 'beforeSend' | 'compose'> {
  sql: Sql;
  config: Config;
  smtpUrl: string;
  log: FastifyBaseLogger;
  outage: DatabaseOutage;
}

/** Jobs per claim. Each has a separate SMTP connection, so that none waits while its lease runs. */
const BATCH = 5;
const POLL_INTERVAL_MS = 5_000;
/** A job is due by the database's clock. */
const CLOCK_MARGIN_MS = 50;
const DATABASE_DOWN_POLL_INTERVAL_MS = 1_000;
const SUMMARY_INTERVAL_MS = 60_000;

/** Sends queued e-mails. All senders of all replicas share the queue. */
export class MailSender {
  private readonly delivery: DeliveryDeps;
  private summariesSentMs = -SUMMARY_INTERVAL_MS;
  private readonly worker = new Worker(() => this.run());

  constructor(private readonly deps: MailSenderDeps) {
    const {config, smtpUrl, sql, log} = deps;
    const transport = new MailTransport(config.mail, smtpUrl, BATCH);
    this.delivery = {
      ...deps,
      admin: config.mail.admin,
      transport,
      health: new SmtpHealth(() => transport.verify(), log),
      outcomes: new Outcomes(sql),
    };
  }

  /** Starts a run now instead of at the next interval. */
  wake(): void {
    this.worker.wake();
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    this.delivery.transport.close();
  }

  /** Sends one batch. Returns the ms until the next run. */
  private async run(): Promise<number> {
    const {sql, log, outage} = this.deps;
    try {
      await this.delivery.outcomes.flush();
      await this.sendSummaries();
      if (await this.delivery.health.probe()) {
        const jobs = await claimJobs(sql, BATCH);
        await this.deliverAll(jobs);
        if (jobs.length === BATCH) return 0;
      } else await this.deadLetter();
      await outage.resolve(sql);
      return (await this.pauseMs()) + CLOCK_MARGIN_MS;
    } catch (error) {
      if (isDatabaseDown(error)) {
        outage.record(error);
        return DATABASE_DOWN_POLL_INTERVAL_MS;
      }
      log.error({err: error}, 'failed to process the mail queue');
      return POLL_INTERVAL_MS;
    }
  }

  private async pauseMs(): Promise<number> {
    if (this.delivery.health.isDown) return this.delivery.health.waitMs;
    return Math.min(POLL_INTERVAL_MS, (await getNextJobMs(this.deps.sql)) ?? POLL_INTERVAL_MS);
  }

  private async sendSummaries(): Promise<void> {
    if (performance.now() - this.summariesSentMs < SUMMARY_INTERVAL_MS) return;
    await sendAlertSummaries(this.deps.sql);
    this.summariesSentMs = performance.now();
  }

  private async deadLetter(): Promise<void> {
    const {sql} = this.deps;
    const templates = await deadLetterExpired(sql);
    if (templates.length > 0)
      await alertDeadMail(sql, templates, this.delivery.health.reason ?? 'unknown');
  }

  /** Renews the leases while it sends, because a slow mail server can take longer than a lease. */
  private async deliverAll(jobs: ClaimedJob[]): Promise<void> {
    const {sql, log} = this.deps;
    const ids = jobs.map(({id}) => id);
    const timer = setInterval(
      () => {
        renewJobs(sql, ids).catch((error: unknown) => {
          log.warn({err: error}, 'failed to renew the lease on e-mails');
        });
      },
      (JOB_LEASE_SECONDS * 1000) / 3,
    );
    try {
      const results = await Promise.allSettled(jobs.map((job) => deliver(this.delivery, job)));
      const failure = results.find(({status}) => status === 'rejected');
      if (failure) throw (failure as PromiseRejectedResult).reason;
    } finally {
      clearInterval(timer);
    }
  }
}
