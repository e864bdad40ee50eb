import type {Queryable, Sql} from '../database/sql.js';
import type {AlertCode} from './alert-texts.js';
import {transaction} from '../database/transaction.js';
import {enqueueMail} from '../jobs/queue.js';
import type {MailJob} from '../jobs/queue.js';

interface Alert {
  /** Alerts with equal causes share one e-mail an hour. */
  cause: string;
  code: AlertCode;
  message: string;
  uuid?: string | null;
}

const MESSAGE_LENGTH = 500;
const WINDOW = '1 hour';
const SUMMARIES_AT_ONCE = 100;

/**
 * Queues an e-mail to the operator. If this cause already had an e-mail within the hour, the alert
 * is only counted; `sendAlertSummaries` sends the count when the hour is over.
 */
export const raiseAlert = async (sql: Sql, alert: Alert): Promise<void> => {
  const {cause, code, uuid = null} = alert;
  const message = alert.message.slice(0, MESSAGE_LENGTH);
  await transaction(sql, async (tx) => {
    const [row] = await tx<{mail: boolean; at: Date}[]>`
      insert into alerts as old (cause, code, message, session_uuid, mailed_at)
      values (${cause}, ${code}, ${message}, ${uuid}, now())
      on conflict (cause) do update set
        code = excluded.code, message = excluded.message, session_uuid = excluded.session_uuid,
        last_at = now(),
        count = case when ${isOver(tx)} and old.count = 1 then 1 else old.count + 1 end,
        mailed_at = case when ${isOver(tx)} and old.count = 1 then now() else old.mailed_at end
      returning count = 1 and mailed_at = now() as mail, last_at as at`;
    if (row?.mail)
      await queueMail(tx, {cause, code, message, uuid, at: row.at.toISOString(), count: 1});
  });
};

/**
 * Condition: the hour of the cause's last e-mail is over. If alerts were counted in that hour,
 * later ones are added until their summary is sent.
 */
const isOver = (sql: Queryable) => sql`old.mailed_at < now() - ${WINDOW}::interval`;

/** Queues an e-mail with the number of further alerts, for each cause whose hour is over. */
export const sendAlertSummaries = async (sql: Sql): Promise<void> => {
  await transaction(sql, async (tx) => {
    const rows = await tx<Counted[]>`
      update alerts set mailed_at = now(), count = 1
      from (
        select cause, count, mailed_at as since from alerts
        where count > 1 and mailed_at < now() - ${WINDOW}::interval
        limit ${SUMMARIES_AT_ONCE} for update skip locked) counted
      where alerts.cause = counted.cause
      returning alerts.cause, code, message, session_uuid as uuid, last_at as at,
                counted.count - 1 as count, counted.since`;
    for (const {code, message, since, at, ...row} of rows) {
      await queueMail(tx, {
        ...row,
        code: code ?? row.cause,
        message: message ?? '',
        at: at.toISOString(),
        since: since.toISOString(),
      });
    }
  });
};

interface Counted {
  cause: string;
  code: string | null;
  message: string | null;
  uuid: string | null;
  count: number;
  at: Date;
  since: Date;
}

/** The mail job has no session, so that an erasure does not delete the alert from the queue. */
const queueMail = (sql: Queryable, alert: Omit<MailJob & {template: 'alert'}, 'template'>) =>
  enqueueMail(sql, {template: 'alert', ...alert}, null);
