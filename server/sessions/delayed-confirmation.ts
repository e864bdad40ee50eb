import type {FastifyBaseLogger} from 'fastify';

import {recordAudit} from '../audit/store.js';
import type {Sql, Transaction} from '../database/sql.js';
import {recordEvents} from '../events/store.js';
import {transaction} from '../database/transaction.js';
import {findSession} from '../visits/store.js';
import {voidLateLink, findVerification, openDelayedLink} from './verification-store.js';
import type {Verification} from './verification-store.js';
import type {MailJob} from '../jobs/queue.js';
import {alertMailLimit} from '../mail/limit-alert.js';

interface DelayedMailDeps {
  sql: Sql;
  log: FastifyBaseLogger;
}

/**
 * Opens the link of a confirmation e-mail that was delayed and is due now, or drops the e-mail if
 * the limit did not allow it in time. Other e-mails are left as they are.
 */
export const finishDelayedMail = async (
  {sql, log}: DelayedMailDeps,
  job: MailJob,
): Promise<void> => {
  if (job.template !== 'confirmation') return;
  const {verification_id: id, is_late: isLate = false} = job;
  if ((await findVerification(sql, id))?.state !== 'delayed') return;
  const dropped = await transaction(sql, async (tx) => {
    const link = await (isLate ? voidLateLink(tx, id) : openDelayedLink(tx, id));
    if (link) await recordOutcome(tx, link, isLate);
    return link && isLate;
  });
  if (dropped) alertMailLimit({sql, log}, 'client');
};

const recordOutcome = async (
  tx: Transaction,
  {uuid, siteKey: site}: Verification,
  isDropped: boolean,
): Promise<void> => {
  await recordAudit(tx, {
    event: 'verification_sent',
    uuid,
    site,
    metadata: {mailed: !isDropped, delayed: true, ...(isDropped && {stopped_by: 'client'})},
  });
  // Makes subscribers read the session again, which is no longer delayed.
  const session = await findSession(tx, uuid);
  if (session) await recordEvents(tx, uuid, {type: 'session_state', data: {state: session.state}});
};
