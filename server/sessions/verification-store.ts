import {randomUUID} from 'node:crypto';

import type {Queryable} from '../database/sql.js';
import {toInterval} from '../database/time.js';

const SETTLED_LINK_RETENTION = '30 days';

/** State of a link. `delayed` means that its e-mail was not sent, so no person has the link. */
export type VerificationState = 'open' | 'used' | 'expired' | 'voided' | 'delayed';

export interface Verification {
  id: string;
  keyId: string;
  uuid: string;
  siteKey: string;
  email: string;
  locale: string | null;
  state: VerificationState;
}

export interface NewVerification {
  uuid: string;
  email: string;
  keyId: string;
  validMs: number;
  /**
   * `delayed` means that the e-mail waits because of a limit; `never`, that a limit suppressed it.
   */
  mailed: 'now' | 'delayed' | 'never';
}

/**
 * Longest time for which an e-mail waits, with a margin, so that no link expires before it is sent.
 */
const MAX_WAIT = '1 day';

/**
 * Inserts a link and voids the session's earlier link. If a limit suppresses the e-mail, the new
 * link is void from the start, so that an earlier open link keeps working. The new row still counts
 * towards the limit and stores the requested e-mail address. A delayed link replaces the earlier
 * link when its e-mail is sent.
 */
export const insertVerification = async (
  sql: Queryable,
  {uuid, email, keyId, validMs, mailed}: NewVerification,
): Promise<string> => {
  const id = randomUUID();
  const keepsOlder = mailed === 'never' && (await hasOpenLink(sql, uuid));
  if (mailed === 'delayed') await voidDelayedLink(sql, uuid);
  else if (!keepsOlder) await voidVerifications(sql, uuid);
  const validFor = toInterval(validMs);
  await sql`
    insert into email_verifications
      (id, key_id, session_uuid, address, expires_at, voided_at, delayed_at)
    values (${id}, ${keyId}, ${uuid}, ${email},
            now() + ${validFor}::interval + ${mailed === 'delayed' ? MAX_WAIT : '0'}::interval,
            case when ${keepsOlder} then now() end,
            case when ${mailed === 'delayed'} then now() end)`;
  return id;
};

const voidDelayedLink = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`
    update email_verifications set voided_at = now(), delayed_at = null
    where session_uuid = ${uuid} and delayed_at is not null`;
};

/** Returns the e-mail address of the session's delayed link, if there is one. */
export const findDelayedEmail = async (
  sql: Queryable,
  uuid: string,
): Promise<string | undefined> => {
  const [row] = await sql<{email: string}[]>`
    select address as email from email_verifications
    where session_uuid = ${uuid} and delayed_at is not null`;
  return row?.email;
};

/** Restarts the validity of an open link, because its e-mail is sent now. */
export const restartValidity = async (
  sql: Queryable,
  id: string,
  validMs: number,
): Promise<void> => {
  await sql`
    update email_verifications set expires_at = now() + ${toInterval(validMs)}::interval
    where id = ${id} and used_at is null and voided_at is null and delayed_at is null
      and expires_at > now()`;
};

/**
 * Opens a delayed link in place of the session's older one. Returns the link; undefined if it is no
 * longer delayed.
 */
export const openDelayedLink = async (
  sql: Queryable,
  id: string,
): Promise<Verification | undefined> => {
  const link = await lockVerification(sql, id);
  if (link?.state !== 'delayed') return undefined;
  await sql`
    update email_verifications set voided_at = now()
    where session_uuid = ${link.uuid} and id <> ${id}
      and used_at is null and voided_at is null`;
  await sql`update email_verifications set delayed_at = null where id = ${id}`;
  return link;
};

/**
 * Voids a delayed link whose e-mail is dropped, as if a limit had suppressed it from the start.
 * Returns the link; undefined if it is no longer delayed.
 */
export const voidLateLink = async (
  sql: Queryable,
  id: string,
): Promise<Verification | undefined> => {
  const link = await lockVerification(sql, id);
  if (link?.state !== 'delayed') return undefined;
  await sql`
    update email_verifications set delayed_at = null, voided_at = created_at where id = ${id}`;
  return link;
};

const hasOpenLink = async (sql: Queryable, uuid: string): Promise<boolean> => {
  const rows = await sql`
    select from email_verifications
    where session_uuid = ${uuid}
      and used_at is null and voided_at is null and expires_at > now()`;
  return rows.length > 0;
};

/**
 * Voids the session's unused links. Links that were never mailed get a later `voided_at`, because
 * their e-mail address is no longer requested.
 */
export const voidVerifications = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`
    update email_verifications v set voided_at = now(), delayed_at = null
    where session_uuid = ${uuid} and used_at is null
      and (voided_at is null or ${wasNeverMailed(sql)})`;
};

/** Returns the condition on links without an e-mail: `voided_at` is then the time of their creation. */
const wasNeverMailed = (sql: Queryable) => sql`v.voided_at = v.created_at`;

export const findVerification = async (
  sql: Queryable,
  id: string,
): Promise<Verification | undefined> => {
  const [verification] = await sql<Verification[]>`
    select v.id, v.key_id as "keyId", v.session_uuid as uuid, s.site_key as "siteKey",
           v.address as email, s.locale,
           case when v.used_at is not null then 'used'
                when v.expires_at < now() or s.archived_at is not null then 'expired'
                when v.voided_at is not null then 'voided'
                when v.delayed_at is not null then 'delayed'
                else 'open' end as state
    from email_verifications v join user_sessions s on s.uuid = v.session_uuid
    where v.id = ${id}`;
  return verification;
};

/**
 * Returns the link after locking visit, session and link. Two clicks confirm once, and a concurrent
 * cleanup either archives the session or finds it confirmed.
 */
export const lockVerification = async (
  sql: Queryable,
  id: string,
): Promise<Verification | undefined> => {
  const [link] = await sql<{uuid: string}[]>`
    select session_uuid as uuid from email_verifications where id = ${id}`;
  if (!link) return undefined;
  await sql`select from visits where uuid = ${link.uuid} for update`;
  await sql`select from user_sessions where uuid = ${link.uuid} for update`;
  await sql`select from email_verifications where id = ${id} for update`;
  return findVerification(sql, id);
};

export const useVerification = async (sql: Queryable, id: string): Promise<void> => {
  await sql`update email_verifications set used_at = now() where id = ${id}`;
};

/**
 * Returns the e-mail address of the latest link, unless it has been confirmed. In a complete
 * session, a void link means that the change was cancelled, unless a limit suppressed its e-mail.
 */
export const findUnconfirmedEmail = async (
  sql: Queryable,
  uuid: string,
): Promise<string | undefined> => {
  const [row] = await sql<{email: string; settled: boolean}[]>`
    select v.address as email,
           v.used_at is not null or (s.verified and (
             v.address = s.email
             or (v.voided_at is not null and (not ${wasNeverMailed(sql)} or v.expires_at < now()))
           )) as settled
    from email_verifications v join user_sessions s on s.uuid = v.session_uuid
    where v.session_uuid = ${uuid}
    order by v.created_at desc, v.id limit 1`;
  return row?.settled === false ? row.email : undefined;
};

/**
 * Deletes links that were used or voided long ago; until then, their pages can show what happened.
 * Keeps the last link of a pending session, because only that row can contain a corrected e-mail
 * address.
 */
export const deleteSettledLinks = async (sql: Queryable, limit: number): Promise<number> => {
  const rows = await sql`
    delete from email_verifications where id in (
      select v.id from email_verifications v join user_sessions s on s.uuid = v.session_uuid
      where v.expires_at < now() - ${SETTLED_LINK_RETENTION}::interval
        and (v.used_at is not null or v.voided_at is not null)
        and (s.verified or exists (
          select from email_verifications newer
          where newer.session_uuid = v.session_uuid and newer.created_at > v.created_at))
      limit ${limit})
    returning id`;
  return rows.length;
};

/** Returns the seconds until another link can be requested; 0 for now. */
export const getSecondsUntilResend = async (
  sql: Queryable,
  uuid: string,
  perDay: number,
): Promise<number> => {
  const [row] = await sql<{sinceLast: number | null; today: number; untilDay: number | null}[]>`
    select extract(epoch from now() - max(created_at))::float8 as "sinceLast",
           count(*) filter (where created_at > now() - interval '1 day')::int as today,
           extract(epoch from min(created_at) filter (where created_at > now() - interval '1 day')
             + interval '1 day' - now())::float8 as "untilDay"
    from email_verifications where session_uuid = ${uuid}`;
  if (!row) return 0;
  // The first link was sent with the contact and is not a repeat.
  if (row.today > perDay) return Math.ceil(row.untilDay ?? 0);
  return row.sinceLast === null ? 0 : Math.max(0, Math.ceil(60 - row.sinceLast));
};
