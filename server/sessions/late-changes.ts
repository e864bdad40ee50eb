import type {Transaction} from '../database/sql.js';
import {toInterval} from '../database/time.js';
import {enqueueMail} from '../jobs/queue.js';
import {MINUTE_MS} from '../units.js';
import {findSession} from '../visits/store.js';
import {enqueueWebhooks} from '../webhooks/store.js';

/** Files or answers that arrive within this time are in one e-mail. */
const COLLECT_MS = 5 * MINUTE_MS;

/**
 * Notifies the owner of a file that a complete session has received: the e-mail about the request
 * did not list it. Runs in the transaction that stores the file.
 */
export const notifyOfLateFile = async (
  tx: Transaction,
  {uuid, siteKey}: {uuid: string; siteKey: string},
): Promise<void> => {
  if ((await findSession(tx, uuid))?.state !== 'complete') return;
  await enqueueWebhooks(tx, {event: 'session.files_added', uuid, siteKey});
  await enqueueOwnerMail(tx, uuid, 'files_added');
};

/** Notifies the owner of answers that differ from those in the e-mail about a complete session. */
export const notifyOfLateAnswers = async (tx: Transaction, uuid: string): Promise<void> => {
  if ((await findSession(tx, uuid))?.state !== 'complete') return;
  await enqueueOwnerMail(tx, uuid, 'answers_changed');
};

/** Queues an e-mail, unless one with this cause waits to collect further changes. */
const enqueueOwnerMail = async (
  tx: Transaction,
  uuid: string,
  cause: 'files_added' | 'answers_changed',
): Promise<void> => {
  const [mail] = await tx<{at: Date}[]>`
    select now() + ${toInterval(COLLECT_MS)}::interval as at
    where not exists (
      select from jobs
      where session_uuid = ${uuid} and kind = 'mail' and state = 'queued' and attempts = 0
        and payload->>'template' = 'lead' and payload ? ${cause})`;
  if (mail) await enqueueMail(tx, {template: 'lead', uuid, [cause]: true}, uuid, mail.at);
};
