import {randomUUID} from 'node:crypto';

import type {Queryable} from '../database/sql.js';
import {interval} from '../database/time.js';

const SETTLED_FOR = '30 days';

/** `delayed`: the e-mail has not been sent, so nobody has the link. */
export type VerificationState = 'open' | 'used' | 'expired' | 'voided' | 'delayed';

export interface Verification {
  id: string;
  keyId: string;
  uuid: string;
  siteKey: string;
  address: string;
  locale: string | null;
  state: VerificationState;
}

export interface NewVerification {
  uuid: string;
  address: string;
  keyId: string;
  validMs: number;
  /** `delayed`: the e-mail waits for a limit; `never`: a limit stopped it. */
  mailed: 'now' | 'delayed' | 'never';
}

/** Longest time that an e-mail waits, with a margin: a link must not expire before it is sent. */
const MAX_WAIT = '1 day';

/**
 * Makes a link's row; the one before it is void from now on. A link that is not mailed takes
 * nothing from one that was: it is void from its birth, counts, and says which address is wanted.
 * A link whose e-mail is delayed replaces the one before it when it is sent.
 */
export const insertVerification = async (
  sql: Queryable,
  {uuid, address, keyId, validMs, mailed}: NewVerification,
): Promise<string> => {
  const id = randomUUID();
  const keepsOlder = mailed === 'never' && (await hasOpenLink(sql, uuid));
  if (mailed === 'delayed') await voidDelayedLink(sql, uuid);
  else if (!keepsOlder) await voidVerifications(sql, uuid);
  const validFor = interval(validMs);
  await sql`
    insert into email_verifications
      (id, key_id, session_uuid, address, expires_at, voided_at, delayed_at)
    values (${id}, ${keyId}, ${uuid}, ${address},
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

/** Returns the e-mail address of the session's link that has not been sent yet, if there is one. */
export const delayedAddress = async (sql: Queryable, uuid: string): Promise<string | undefined> => {
  const [row] = await sql<{address: string}[]>`
    select address from email_verifications
    where session_uuid = ${uuid} and delayed_at is not null`;
  return row?.address;
};

/** Begins the validity of an open link again, because its e-mail is sent now. */
export const beginValidity = async (sql: Queryable, id: string, validMs: number): Promise<void> => {
  await sql`
    update email_verifications set expires_at = now() + ${interval(validMs)}::interval
    where id = ${id} and used_at is null and voided_at is null and delayed_at is null
      and expires_at > now()`;
};

/**
 * Opens a delayed link in place of the session's older one. Returns its session; undefined if the
 * link no longer waits.
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
 * Voids a delayed link whose e-mail is dropped, as if a limit had stopped it from the beginning.
 * Returns its session; undefined if the link no longer waits.
 */
export const deleteDelayedLink = async (
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

/** Also what was never mailed: the address in it is not wanted any more. */
export const voidVerifications = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`
    update email_verifications v set voided_at = now(), delayed_at = null
    where session_uuid = ${uuid} and used_at is null
      and (voided_at is null or ${wasNeverMailed(sql)})`;
};

const wasNeverMailed = (sql: Queryable) => sql`v.voided_at = v.created_at`;

export const findVerification = async (
  sql: Queryable,
  id: string,
): Promise<Verification | undefined> => {
  const [verification] = await sql<Verification[]>`
    select v.id, v.key_id as "keyId", v.session_uuid as uuid, s.site_key as "siteKey", v.address,
           s.locale,
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
 * The state of the link after locking visit, session and link: two presses confirm once, and what
 * cleanup archives or lets expire at this moment is either that or confirmed.
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
 * The address that the latest link was made for, unless it has been confirmed. A complete session
 * has one already, so that a void link is a change that was taken back, but for one that a limit
 * kept from being mailed.
 */
export const unconfirmedAddress = async (
  sql: Queryable,
  uuid: string,
): Promise<string | undefined> => {
  const [row] = await sql<{address: string; settled: boolean}[]>`
    select v.address,
           v.used_at is not null or (s.verified and (
             v.address = s.email
             or (v.voided_at is not null and (not ${wasNeverMailed(sql)} or v.expires_at < now()))
           )) as settled
    from email_verifications v join user_sessions s on s.uuid = v.session_uuid
    where v.session_uuid = ${uuid}
    order by v.created_at desc, v.id limit 1`;
  return row?.settled === false ? row.address : undefined;
};

/**
 * Forgets links that were settled long ago; until then their pages can tell what became of them.
 * The last link of a session that waits stays: it may be all that knows a corrected address.
 */
export const deleteSettledLinks = async (sql: Queryable, limit: number): Promise<number> => {
  const rows = await sql`
    delete from email_verifications where id in (
      select v.id from email_verifications v join user_sessions s on s.uuid = v.session_uuid
      where v.expires_at < now() - ${SETTLED_FOR}::interval
        and (v.used_at is not null or v.voided_at is not null)
        and (s.verified or exists (
          select from email_verifications newer
          where newer.session_uuid = v.session_uuid and newer.created_at > v.created_at))
      limit ${limit})
    returning id`;
  return rows.length;
};

/** Seconds until another link may be asked for; 0 when now. */
export const secondsUntilResend = async (
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
  // The first link came with the address and is no repeat.
  if (row.today > perDay) return Math.ceil(row.untilDay ?? 0);
  return row.sinceLast === null ? 0 : Math.max(0, Math.ceil(60 - row.sinceLast));
};
