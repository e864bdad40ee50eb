import type {FastifyBaseLogger} from 'fastify';
import {createTransport} from 'nodemailer';

import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import {isDatabaseDown} from '../database/errors.js';
import {parseEmail} from '../text/email.js';
import {sendAlertSummaries, raiseAlert} from '../alerts/alerts.js';
import {recordAudit} from '../audit/store.js';
import type {DatabaseOutage} from '../alerts/database-outage.js';
import {
  LEASE_SECONDS,
  claimJobs,
  deleteJobs,
  deadLetterExpired,
  nextJobMs,
  rescheduleJob,
  releaseJobs,
  renewJobs,
} from '../jobs/queue.js';
import type {ClaimedJob, MailJob} from '../jobs/queue.js';
import {Worker} from '../jobs/worker.js';
import {NotSent, SmtpHealth, smtpReason} from './smtp-health.js';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** E-mail address for replies, if it is not the sender's. */
  replyTo?: string;
}

export interface MailSenderDeps {
  sql: Sql;
  config: Config;
  /** Runs before the e-mail of a job is composed. */
  beforeSend: (job: MailJob) => Promise<void>;
  /** Returns the e-mail of a job, or undefined if it is no longer needed. */
  compose: (job: MailJob) => Promise<Mail | undefined>;
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
const SMTP_MS = 10_000;

/** Sends queued e-mails. All senders of all replicas share the queue. */
export class MailSender {
  private readonly transport: ReturnType<typeof createTransport>;
  /** Jobs whose e-mail was sent while the database was down. They must not be sent again. */
  private readonly sent = new Set<string>();
  /** Jobs that were claimed and not sent, because the database went down. */
  private readonly unsent = new Set<string>();
  private readonly server: SmtpHealth;
  private summariesSentMs = -SUMMARY_INTERVAL_MS;
  private readonly worker = new Worker(() => this.run());

  constructor(private readonly deps: MailSenderDeps) {
    this.transport = createTransport({
      url: deps.smtpUrl,
      pool: true,
      name: deps.config.mail.ehloName,
      requireTLS: deps.config.mail.requireTls,
      maxConnections: BATCH,
      connectionTimeout: SMTP_MS,
      greetingTimeout: SMTP_MS,
      socketTimeout: 2 * SMTP_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    } as Parameters<typeof createTransport>[0]);
    this.server = new SmtpHealth(() => this.transport.verify(), deps.log);
  }

  /** Starts a run now instead of at the next interval. */
  wake(): void {
    this.worker.wake();
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    this.transport.close();
  }

  /** Sends one batch. Returns the ms until the next run. */
  private async run(): Promise<number> {
    const {sql, log, outage} = this.deps;
    try {
      await this.flushOutcomes();
      await this.sendSummaries();
      if (await this.server.probe()) {
        const jobs = await claimJobs(sql, BATCH);
        await this.handleAll(jobs);
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
    if (this.server.isDown) return this.server.waitMs;
    return Math.min(POLL_INTERVAL_MS, (await nextJobMs(this.deps.sql)) ?? POLL_INTERVAL_MS);
  }

  private async sendSummaries(): Promise<void> {
    if (performance.now() - this.summariesSentMs < SUMMARY_INTERVAL_MS) return;
    await sendAlertSummaries(this.deps.sql);
    this.summariesSentMs = performance.now();
  }

  private async deadLetter(): Promise<void> {
    const templates = await deadLetterExpired(this.deps.sql);
    if (templates.length > 0) await this.alertDead(templates, this.server.reason ?? 'unknown');
  }

  private alertDead(templates: string[], reason: string): Promise<void> {
    const kinds = [...new Set(templates)].join(', ');
    return raiseAlert(this.deps.sql, {
      cause: 'mail_dead',
      code: 'mail_dead',
      message: `${templates.length} e-mails (${kinds}) were given up after a day. Reason: ${reason}. Check SMTP_URL and the mail server.`,
    });
  }

  /** Writes the outcomes that could not be written while the database was down. */
  private async flushOutcomes(): Promise<void> {
    const {sql} = this.deps;
    for (const [ids, write] of [
      [this.sent, finishJobs],
      [this.unsent, releaseJobs],
    ] as const) {
      const pending = [...ids];
      if (pending.length === 0) continue;
      await write(sql, pending);
      for (const id of pending) ids.delete(id);
    }
  }

  /** Renews the leases while it sends, because a slow mail server can take longer than a lease. */
  private async handleAll(jobs: ClaimedJob[]): Promise<void> {
    const {sql, log} = this.deps;
    const ids = jobs.map(({id}) => id);
    const timer = setInterval(
      () => {
        renewJobs(sql, ids).catch((error: unknown) => {
          log.warn({err: error}, 'failed to renew the lease on e-mails');
        });
      },
      (LEASE_SECONDS * 1000) / 3,
    );
    try {
      const outcomes = await Promise.allSettled(jobs.map((job) => this.handle(job)));
      const failure = outcomes.find(({status}) => status === 'rejected');
      if (failure) throw (failure as PromiseRejectedResult).reason;
    } finally {
      clearInterval(timer);
    }
  }

  private async handle(job: ClaimedJob): Promise<void> {
    const {sql, log} = this.deps;
    try {
      if (this.hasNoRecipient(job)) {
        log.error({alert: job.payload}, 'an alert has no recipient: set ADMIN_EMAIL');
        await deleteJobs(sql, [job.id]);
        return;
      }
      if (!this.sent.has(job.id)) {
        await this.deps.beforeSend(job.payload);
        const mail = await this.deps.compose(job.payload);
        if (mail) await this.send(job.id, mail).catch(throwNotSent);
      }
      this.sent.add(job.id);
      await finishJobs(sql, [job.id]);
      this.sent.delete(job.id);
    } catch (error) {
      // A mail server that hangs causes the same error codes as a database that hangs.
      if (!(error instanceof NotSent) && isDatabaseDown(error)) {
        if (!this.sent.has(job.id)) this.unsent.add(job.id);
        throw error;
      }
      if (this.sent.has(job.id)) {
        log.error({err: error, job: job.id}, 'failed to remove a sent e-mail from the queue');
        await rescheduleJob(sql, job, 'sent, but not removed from the queue');
        return;
      }
      // The mail server's response can contain the e-mail address, which must not be logged.
      const reason = smtpReason(error);
      if (await this.server.isDownAfter(error)) {
        await releaseJobs(sql, [job.id], reason);
        return;
      }
      log.warn({job: job.id, template: job.payload.template, reason}, 'an e-mail was not sent');
      if (await rescheduleJob(sql, job, reason))
        await this.alertDead([job.payload.template], reason);
    }
  }

  private hasNoRecipient({payload}: ClaimedJob): boolean {
    return payload.template === 'alert' && this.deps.config.mail.admin === undefined;
  }

  private async send(id: string, {to, subject, text, html, replyTo}: Mail): Promise<void> {
    const {from} = this.deps.config.mail;
    // Checked again, because a line break in it would add another recipient.
    const address = parseEmail(to);
    const replyAddress = replyTo === undefined ? undefined : parseEmail(replyTo);
    if (!address)
      throw Object.assign(new Error('The e-mail address is invalid.'), {code: 'EADDRESS'});
    await this.transport.sendMail({
      from: {name: 'Maria', address: from},
      to: {name: '', address},
      ...(replyAddress && {replyTo: {name: '', address: replyAddress}}),
      envelope: {from, to: [address]},
      // Equal for every attempt, so that a mailbox can recognise a duplicate.
      messageId: `<${id}@${from.split('@')[1] ?? 'localhost'}>`,
      subject,
      text,
      html,
      headers: {'Auto-Submitted': 'auto-generated'},
    });
  }
}

/** Deletes jobs that were sent. Records an audit event for each alert that was sent. */
const finishJobs = (sql: Sql, ids: string[]) =>
  sql.begin(async (tx) => {
    const jobs = await deleteJobs(tx, ids);
    const notified = jobs.flatMap((job) => {
      if (job.template !== 'alert') return [];
      const {uuid, cause, code, count = 1} = job;
      return [{event: 'admin_notified' as const, uuid, metadata: {cause, code, count}}];
    });
    await recordAudit(tx, ...notified);
  });

const throwNotSent = (cause: unknown): never => {
  throw new NotSent('The mail server did not accept the e-mail.', {cause});
};
