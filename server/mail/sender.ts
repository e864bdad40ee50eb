import type {FastifyBaseLogger} from 'fastify';
import {createTransport} from 'nodemailer';

import type {Config} from '../config.js';
import type {Sql} from '../database/connect.js';
import {isDatabaseDown} from '../database/failure.js';
import {raiseAlert} from './alerts.js';
import {composeMail} from './compose.js';
import type {Mail} from './compose.js';
import type {ConfirmationLinks} from './links.js';
import {
  LEASE_SECONDS,
  claimJobs,
  finishJobs,
  nextJobMs,
  postponeJob,
  releaseJobs,
  renewJobs,
} from './queue.js';
import type {ClaimedJob} from './queue.js';

export interface SenderParts {
  sql: Sql;
  config: Config;
  links: ConfirmationLinks;
  smtpUrl: string;
  log: FastifyBaseLogger;
}

/** Each has a connection of its own: none waits for another's while its lease runs. */
const BATCH = 5;
const LOOK_MS = 5_000;
const DATABASE_DOWN_LOOK_MS = 1_000;
const SMTP_MS = 10_000;

/** Sends what is queued. Any number of them, in any replica, share the work. */
export class MailSender {
  private readonly transport: ReturnType<typeof createTransport>;
  /** Jobs whose mail is out while the database could not be told: never to be sent again. */
  private readonly sent = new Set<string>();
  /** Jobs that were taken and not sent because the database went away. */
  private readonly dropped = new Set<string>();
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private again = false;
  private stopped = false;

  constructor(private readonly parts: SenderParts) {
    this.transport = createTransport({
      url: parts.smtpUrl,
      pool: true,
      requireTLS: parts.config.mail.requireTls,
      maxConnections: BATCH,
      connectionTimeout: SMTP_MS,
      greetingTimeout: SMTP_MS,
      socketTimeout: 2 * SMTP_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    } as Parameters<typeof createTransport>[0]);
  }

  /** Something was queued: look now rather than at the next turn. */
  wake(): void {
    if (this.stopped) return;
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      // Woken between the last look and here.
      if (this.again) this.wake();
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    this.transport.close();
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    let pauseMs = LOOK_MS;
    try {
      while (this.again && !this.stopped) {
        this.again = false;
        await this.settle();
        const jobs = await claimJobs(this.parts.sql, BATCH);
        await this.handleAll(jobs);
        if (jobs.length === BATCH) this.again = true;
      }
      pauseMs = Math.min(LOOK_MS, (await nextJobMs(this.parts.sql)) ?? LOOK_MS);
    } catch (error) {
      if (isDatabaseDown(error)) pauseMs = DATABASE_DOWN_LOOK_MS;
      else this.parts.log.error({err: error}, 'the mail queue stumbled');
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.wake();
    }, pauseMs + 50);
  }

  /** Tells the database what it did not hear while it was away. */
  private async settle(): Promise<void> {
    const {sql} = this.parts;
    for (const [ids, tell] of [
      [this.sent, finishJobs],
      [this.dropped, releaseJobs],
    ] as const) {
      const told = [...ids];
      if (told.length === 0) continue;
      await tell(sql, told);
      for (const id of told) ids.delete(id);
    }
  }

  /** A slow mail server may take longer than a lease, which is why the lease is kept up meanwhile. */
  private async handleAll(jobs: ClaimedJob[]): Promise<void> {
    const {sql, log} = this.parts;
    const ids = jobs.map(({id}) => id);
    const timer = setInterval(
      () => {
        renewJobs(sql, ids).catch((error: unknown) => {
          log.warn({err: error}, 'a lease on mails could not be renewed');
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
    const {sql, log} = this.parts;
    try {
      const mail = this.sent.has(job.id) ? undefined : await composeMail(this.parts, job.payload);
      if (mail) await this.send(job.id, mail).catch(notSent);
      this.sent.add(job.id);
      await finishJobs(sql, [job.id]);
      this.sent.delete(job.id);
    } catch (error) {
      // A mail server that hangs fails with the same codes as a database that does.
      if (!(error instanceof NotSent) && isDatabaseDown(error)) {
        if (!this.sent.has(job.id)) this.dropped.add(job.id);
        throw error;
      }
      // The server's answer can hold the address; the log must not.
      const reason = smtpReason(error);
      log.warn({job: job.id, template: job.payload.template, reason}, 'a mail was not sent');
      if (!(await postponeJob(sql, job, reason))) return;
      await raiseAlert(sql, {
        cause: 'mail_dead',
        code: 'mail_dead',
        message: `A ${job.payload.template} mail was given up after a day: ${reason}`,
      });
    }
  }

  private async send(id: string, {to, subject, text, html}: Mail): Promise<void> {
    const {from} = this.parts.config.mail;
    await this.transport.sendMail({
      from: {name: 'Maria', address: from},
      to: {name: '', address: to},
      envelope: {from, to: [to]},
      // The same for every try, so that a mailbox can see a repeat for what it is.
      messageId: `<${id}@${from.split('@')[1] ?? 'localhost'}>`,
      subject,
      text,
      html,
      headers: {'Auto-Submitted': 'auto-generated'},
    });
  }
}

class NotSent extends Error {}

const notSent = (cause: unknown): never => {
  throw new NotSent('The mail server did not take the mail.', {cause});
};

const smtpReason = (error: unknown): string => {
  const failure = error instanceof NotSent ? error.cause : error;
  const {code, responseCode, command} = failure as {
    code?: string;
    responseCode?: number;
    command?: string;
  };
  const parts = [code, responseCode, command].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' ') : failure instanceof Error ? failure.name : 'unknown';
};
