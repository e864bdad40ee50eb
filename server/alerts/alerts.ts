import type {Queryable, Sql} from '../database/sql.js';
import {enqueueMail} from '../jobs/queue.js';
import type {MailJob} from '../jobs/queue.js';

interface Alert {
  /** Equal causes share one mail an hour. */
  cause: string;
  code: string;
  message: string;
  uuid?: string | null;
}

const MESSAGE_LENGTH = 500;
const WINDOW = '1 hour';
const COUNTED_AT_ONCE = 100;

/**
 * Queues a mail to the operator at once, unless this cause had one within the hour: then it is
 * counted, and the count goes out when the hour is over, see `mailCounts`.
 */
export const raiseAlert = async (sql: Sql, alert: Alert): Promise<void> => {
  const {cause, code, uuid = null} = alert;
  const message = alert.message.slice(0, MESSAGE_LENGTH);
  await sql.begin(async (tx) => {
    const [row] = await tx<{mail: boolean; at: Date}[]>`
      insert into alerts as old (cause, code, message, session_uuid, mailed_at)
      values (${cause}, ${code}, ${message}, ${uuid}, now())
      on conflict (cause) do update set
        code = excluded.code, message = excluded.message, session_uuid = excluded.session_uuid,
        last_at = now(),
        count = case when ${isOver(tx)} and old.count = 1 then 1 else old.count + 1 end,
        mailed_at = case when ${isOver(tx)} and old.count = 1 then now() else old.mailed_at end
      returning count = 1 and mailed_at = now() as mail, last_at as at`;
    if (row?.mail) await mail(tx, {cause, code, message, uuid, at: row.at.toISOString(), count: 1});
  });
};

/** What was counted under a cause waits for its mail; what comes then is counted with it. */
const isOver = (sql: Queryable) => sql`old.mailed_at < now() - ${WINDOW}::interval`;

/** Tells how often something went on happening, for each cause whose hour is over. */
export const sendAlertSummaries = async (sql: Sql): Promise<void> => {
  await sql.begin(async (tx) => {
    const rows = await tx<Counted[]>`
      update alerts set mailed_at = now(), count = 1
      from (
        select cause, count, mailed_at as since from alerts
        where count > 1 and mailed_at < now() - ${WINDOW}::interval
        limit ${COUNTED_AT_ONCE} for update skip locked) counted
      where alerts.cause = counted.cause
      returning alerts.cause, code, message, session_uuid as uuid, last_at as at,
                counted.count - 1 as count, counted.since`;
    for (const {code, message, since, at, ...row} of rows) {
      await mail(tx, {
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

/** Of no session: an alert is not one of the mails that an erasure takes out of the queue. */
const mail = (sql: Queryable, alert: Omit<MailJob & {template: 'alert'}, 'template'>) =>
  enqueueMail(sql, {template: 'alert', ...alert}, null);
