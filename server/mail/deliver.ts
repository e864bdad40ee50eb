import type {FastifyBaseLogger} from 'fastify';

import {isDatabaseDown} from '../database/errors.js';
import type {Sql} from '../database/sql.js';
import {deleteJobs, releaseJobs, rescheduleJob} from '../jobs/queue.js';
import type {ClaimedJob, MailJob} from '../jobs/queue.js';
import {alertDeadMail} from './dead-mail-alert.js';
import type {Outcomes} from './outcomes.js';
import {NotSent, getSmtpReason} from './smtp-health.js';
import type {SmtpHealth} from './smtp-health.js';
import type {Mail, MailTransport} from './transport.js';

export interface DeliveryDeps {
  sql: Sql;
  log: FastifyBaseLogger;
  /** Recipient of alerts. */
  admin: string | undefined;
  /** Runs before the e-mail of a job is composed. */
  beforeSend: (job: MailJob) => Promise<void>;
  /** Returns the e-mail of a job, or undefined if it is no longer needed. */
  compose: (job: MailJob) => Promise<Mail | undefined>;
  transport: MailTransport;
  health: SmtpHealth;
  outcomes: Outcomes;
}

/** Sends the e-mail of a claimed job and writes the outcome. Throws if the database is down. */
export const deliver = async (deps: DeliveryDeps, job: ClaimedJob): Promise<void> => {
  try {
    if (job.payload.template === 'alert' && deps.admin === undefined) {
      deps.log.error({alert: job.payload}, 'an alert has no recipient: set ADMIN_EMAIL');
      await deleteJobs(deps.sql, [job.id]);
      return;
    }
    if (!deps.outcomes.isSent(job.id)) await send(deps, job);
    await deps.outcomes.finish(job.id);
  } catch (error) {
    await handleFailure(deps, job, error);
  }
};

const send = async (deps: DeliveryDeps, {id, payload}: ClaimedJob): Promise<void> => {
  await deps.beforeSend(payload);
  const mail = await deps.compose(payload);
  if (mail) await deps.transport.send(id, mail);
};

/** Postpones, releases or reschedules the job. The job's backoff ends after a day. */
const handleFailure = async (
  {sql, log, health, outcomes}: DeliveryDeps,
  job: ClaimedJob,
  error: unknown,
): Promise<void> => {
  // A mail server that hangs causes the same error codes as a database that hangs.
  if (!(error instanceof NotSent) && isDatabaseDown(error)) {
    outcomes.postpone(job.id);
    throw error;
  }
  if (outcomes.isSent(job.id)) {
    log.error({err: error, job: job.id}, 'failed to remove a sent e-mail from the queue');
    await rescheduleJob(sql, job, 'sent, but not removed from the queue');
    return;
  }
  // The mail server's response can contain the e-mail address, which must not be logged.
  const reason = getSmtpReason(error);
  if (await health.isDownAfter(error)) {
    await releaseJobs(sql, [job.id], reason);
    return;
  }
  log.warn({job: job.id, template: job.payload.template, reason}, 'an e-mail was not sent');
  if (await rescheduleJob(sql, job, reason))
    await alertDeadMail(sql, [job.payload.template], reason);
};
