import {recordAudit} from '../audit/store.js';
import type {Sql} from '../database/connect.js';
import {enqueueMail} from './queue.js';

export interface Alert {
  /** Equal causes share one mail an hour. */
  cause: string;
  code: string;
  message: string;
  uuid?: string | null;
}

const MESSAGE_LENGTH = 500;

/** Queues a mail to the operator, or counts the cause when its last mail is younger than an hour. */
export const raiseAlert = async (sql: Sql, alert: Alert): Promise<void> => {
  const message = alert.message.slice(0, MESSAGE_LENGTH);
  const uuid = alert.uuid ?? null;
  await sql.begin(async (tx) => {
    const [row] = await tx<{mail: boolean}[]>`
      insert into alerts as old (cause, mailed_at) values (${alert.cause}, now())
      on conflict (cause) do update set
        count = case when old.mailed_at < now() - interval '1 hour' then 1 else old.count + 1 end,
        mailed_at = case when old.mailed_at < now() - interval '1 hour' then now()
                         else old.mailed_at end
      returning mailed_at = now() as mail`;
    if (!row?.mail) return;
    const {cause, code} = alert;
    await enqueueMail(tx, {template: 'alert', cause, code, message, uuid}, uuid);
    await recordAudit(tx, {event: 'admin_notified', uuid, metadata: {cause, code}});
  });
};
