import {randomUUID} from 'node:crypto';

import type {LinkPurpose, Role} from '../contract/owner.js';
import type {Queryable} from '../database/sql.js';
import {toInterval} from '../database/time.js';
import {DAY_MS, HOUR_MS, MINUTE_MS} from '../units.js';

/** Time for which a link works: one that was requested, one that a command prints, an invitation. */
export const REQUESTED_LINK_MS = 15 * MINUTE_MS;
export const PRINTED_LINK_MS = HOUR_MS;
export const INVITATION_MS = 7 * DAY_MS;

/** Time after its end for which a link is kept, so that a repeated mail job finds it. */
const SETTLED_LINK_RETENTION = '1 day';

export interface SignInLink {
  id: string;
  keyId: string;
  /** `setup` signs in as `sign_in` does. Its first use creates the account. */
  purpose: LinkPurpose | 'setup';
  accountId: string | null;
  /** E-mail address of the account, or of the one that `setup` creates; null without either. */
  email: string | null;
  siteKey: string | null;
  siteName: string | null;
  /** Role of the account at the site. */
  role: Role | null;
  /** Browser of the session that `not_me` reports, and the time of its sign-in. */
  browser: string | null;
  signedInAt: Date | null;
  place: string | null;
  expiresAt: Date;
  /** False if the link was used or cancelled, or has expired. */
  isOpen: boolean;
  /** Whether the account has signed in. */
  hasJoined: boolean;
  /** Whether the account had signed in before the link was created. */
  hadJoined: boolean;
}

export interface NewLink {
  purpose: LinkPurpose;
  keyId: string;
  validMs: number;
  accountId: string;
  siteKey?: string;
  sessionId?: string;
}

export interface RequestedLink {
  email: string;
  keyId: string;
  place: string | null;
  /** Whether the first use creates the account. */
  isSetup: boolean;
}

export const insertLink = async (
  sql: Queryable,
  {purpose, keyId, validMs, accountId, siteKey, sessionId}: NewLink,
): Promise<string> => {
  const id = randomUUID();
  await sql`
    insert into sign_in_links
      (id, key_id, purpose, account_id, site_key, session_id, expires_at)
    values (${id}, ${keyId}, ${purpose}, ${accountId}, ${siteKey ?? null},
            ${sessionId ?? null}, now() + ${toInterval(validMs)}::interval)`;
  return id;
};

/** Inserts a link that creates the account of an e-mail address, if there is none at its first use. */
export const insertSetupLink = async (
  sql: Queryable,
  {email, keyId, validMs}: Pick<NewLink, 'keyId' | 'validMs'> & {email: string},
): Promise<string> => {
  const id = randomUUID();
  await sql`
    insert into sign_in_links (id, key_id, purpose, account_id, email, expires_at)
    values (${id}, ${keyId}, 'setup', ${accountOf(sql, email)}, ${email},
            now() + ${toInterval(validMs)}::interval)`;
  return id;
};

/** Gives the links that create the account of an e-mail address to this account. */
export const claimSetupLinks = async (
  sql: Queryable,
  {accountId, email}: {accountId: string; email: string},
): Promise<void> => {
  await sql`
    update sign_in_links set account_id = ${accountId}
    where purpose = 'setup' and account_id is null and lower(email) = lower(${email})`;
};

const accountOf = (sql: Queryable, email: string) => sql`
  (select a.id from accounts a where lower(a.email) = lower(${email}))`;

/**
 * Inserts a link that was requested for an e-mail address. The statement is equal for an address
 * without an account: such a link has no account, so it cannot be used and is not mailed.
 */
export const insertRequestedLink = async (
  sql: Queryable,
  {email, keyId, place, isSetup}: RequestedLink,
): Promise<{id: string; accountId: string | null}> => {
  const id = randomUUID();
  const [row] = await sql<{accountId: string | null}[]>`
    insert into sign_in_links (id, key_id, purpose, account_id, email, place, expires_at)
    values (${id}, ${keyId}, ${isSetup ? 'setup' : 'sign_in'}, ${accountOf(sql, email)},
            ${isSetup ? email : null}, ${place}, now() + ${toInterval(REQUESTED_LINK_MS)}::interval)
    returning account_id as "accountId"`;
  return {id, accountId: row?.accountId ?? null};
};

/** Returns the purpose that the console and the audit log name. */
export const toLinkPurpose = ({purpose}: Pick<SignInLink, 'purpose'>): LinkPurpose =>
  purpose === 'setup' ? 'sign_in' : purpose;

const selectLink = (sql: Queryable, id: string) => sql`
  select l.id, l.key_id as "keyId", l.purpose, l.account_id as "accountId",
         coalesce(a.email, l.email) as email, l.site_key as "siteKey", sites.name as "siteName",
         m.role, s.browser, s.created_at as "signedInAt", l.place, l.expires_at as "expiresAt",
         l.used_at is null and l.voided_at is null and l.expires_at > now() as "isOpen",
         a.joined_at is not null as "hasJoined",
         coalesce(a.joined_at < l.created_at, false) as "hadJoined"
  from sign_in_links l
  left join accounts a on a.id = l.account_id
  left join sites on sites.key = l.site_key
  left join memberships m on m.account_id = l.account_id and m.site_key = l.site_key
  left join account_sessions s on s.id = l.session_id
  where l.id = ${id}`;

export const findLink = async (sql: Queryable, id: string): Promise<SignInLink | undefined> => {
  const [row] = await sql<SignInLink[]>`${selectLink(sql, id)}`;
  return row;
};

/** Marks a link as used. Returns false if it no longer works: a link is used once. */
export const useLink = async (sql: Queryable, id: string): Promise<boolean> => {
  const rows = await sql`
    update sign_in_links set used_at = now()
    where id = ${id} and used_at is null and voided_at is null and expires_at > now()
    returning 1`;
  return rows.length > 0;
};

/** Voids all links with which an account could sign in. */
export const voidSignInLinks = async (sql: Queryable, accountId: string): Promise<void> => {
  await sql`
    update sign_in_links set voided_at = now()
    where account_id = ${accountId} and purpose <> 'not_me'
      and used_at is null and voided_at is null`;
};

/** Voids the open invitations of an account to one site. */
export const voidInvitations = async (
  sql: Queryable,
  {accountId, siteKey}: {accountId: string; siteKey: string},
): Promise<void> => {
  await sql`
    update sign_in_links set voided_at = now()
    where account_id = ${accountId} and purpose = 'invitation' and site_key = ${siteKey}
      and used_at is null and voided_at is null`;
};

/** Deletes links some time after they have expired. */
export const deleteOldLinks = async (sql: Queryable, limit: number): Promise<number> => {
  const rows = await sql`
    delete from sign_in_links where id in (
      select id from sign_in_links
      where expires_at < now() - ${SETTLED_LINK_RETENTION}::interval
      order by expires_at limit ${limit} for update skip locked)
    returning 1`;
  return rows.length;
};
