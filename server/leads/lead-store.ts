import type {Config} from '../config/config.js';
import type {LeadConsent, LeadDetail, LeadMessage} from '../contract/owner-lead.js';
import type {Queryable} from '../database/sql.js';
import {listMessages} from '../messages/store.js';
import {findDelayedEmail, findUnconfirmedEmail} from '../sessions/verification-store.js';
import {findVisit} from '../visits/store.js';
import {listLeadFiles, toLeadFile} from './file-store.js';
import {readLeads, toApiLead, toTime} from './lead-rows.js';
import type {LeadRow} from './lead-rows.js';

/** Returns a lead as its page shows it; undefined if it was erased. */
export const describeLead = async (
  sql: Queryable,
  config: Config,
  uuid: string,
): Promise<LeadDetail | undefined> => {
  const [[row], unconfirmed, delayed] = await Promise.all([
    readLeads(sql, [uuid]),
    findUnconfirmedEmail(sql, uuid),
    findDelayedEmail(sql, uuid),
  ]);
  if (!row) return undefined;
  const isOther = unconfirmed !== undefined && unconfirmed !== row.email;
  return {
    ...toApiLead(row),
    pending_email: isOther ? unconfirmed : null,
    delayed: delayed !== undefined,
    first_opened_at: toTime(row.firstOpenedAt),
    done_at: toTime(row.doneAt),
    kept_until: toTime(await findEnd(sql, config, row)),
  };
};

/** Returns the time at which cleanup deletes or archives a lead; null if it is kept. */
const findEnd = async (
  sql: Queryable,
  {retention, visit}: Config,
  {uuid, createdAt, completedAt}: LeadRow,
): Promise<Date | null> => {
  const {pendingMs, completeMs} = retention;
  if (completedAt) {
    return completeMs === undefined ? null : new Date(completedAt.getTime() + completeMs);
  }
  if (createdAt) return new Date(createdAt.getTime() + pendingMs);
  return (await findVisit(sql, uuid, visit))?.idleExpiresAt ?? null;
};

interface ConsentRow extends Omit<LeadConsent, 'recorded_at'> {
  recordedAt: Date;
}

/** Returns all decisions of a lead, oldest first. */
export const listLeadConsents = async (sql: Queryable, uuid: string): Promise<LeadConsent[]> => {
  const rows = await sql<ConsentRow[]>`
    select c.purpose, c.decision = 'granted' as granted, c.wording,
           encode(c.wording_sha256, 'hex') as sha256, c.locale, c.recorded_at as "recordedAt",
           case when exists (
                  select from known_wordings k
                  where k.site_key in ('*', v.site_key) and k.purpose = c.purpose
                    and (k.sha256 = c.wording_sha256 or c.wording like k.pattern)) then 'yes'
                when c.recorded_at >= (select min(first_at) from known_wordings) then 'no'
                else 'unchecked' end as known
    from consents c join visits v on v.uuid = c.session_uuid
    where c.session_uuid = ${uuid} order by c.id`;
  return rows.map(({recordedAt, ...row}) => ({...row, recorded_at: recordedAt.toISOString()}));
};

/** Returns messages with their files, oldest first. */
export const listLeadMessages = async (
  sql: Queryable,
  uuid: string,
  page: {after: number; limit: number},
): Promise<LeadMessage[]> => {
  const [messages, files] = await Promise.all([
    listMessages(sql, uuid, page),
    listLeadFiles(sql, uuid),
  ]);
  return messages.map(({id, role, body, state, createdAt}) => ({
    ...{id, role, body, state},
    created_at: createdAt.toISOString(),
    files: files.filter(({messageId}) => messageId === id).map(toLeadFile),
  }));
};
