import {randomUUID} from 'node:crypto';

import type {EndReason} from '../contract/common.js';
import type {Role} from '../contract/owner.js';
import type {Queryable} from '../database/sql.js';
import {toInterval} from '../database/time.js';
import {DAY_MS} from '../units.js';
import type {SignedInAccount} from './account.js';
import {SESSION_MAX_MS} from './cookie.js';
import {notifyAccountChanged} from './notify.js';

/** Time without a call after which a session ends. */
export const SESSION_IDLE_MS = 7 * DAY_MS;
/** Longest time for which the last call of a session is not written. */
const TOUCH = '1 minute';

const isOpen = (sql: Queryable) => sql`
  s.ended_at is null and s.ends_at > now()
  and s.last_seen_at > now() - ${toInterval(SESSION_IDLE_MS)}::interval`;

/**
 * Selects the memberships `m` that a session `s` has. A later site needs another sign-in if the link
 * of this session can have been with a person of an earlier site.
 */
export const isInSession = (sql: Queryable) => sql`(s.has_later_sites or ${beganWith(sql)})`;

/** Selects the memberships `m` that a session `s` had when it began. */
export const beganWith = (sql: Queryable) => sql`m.created_at <= s.created_at`;

/** Returns the roles of the account `a` in its session `s`, at the enabled sites. */
const rolesOf = (sql: Queryable) => sql`
  coalesce((
    select jsonb_object_agg(m.site_key, m.role)
    from memberships m join sites on sites.key = m.site_key and sites.removed_at is null
    where m.account_id = a.id and ${isInSession(sql)}), '{}')`;

interface FoundRow extends Omit<SignedInAccount, 'roles'> {
  roles: Record<string, Role>;
  isTouchDue: boolean;
}

/** Returns the account of an open session and notes its call. Undefined if there is no session. */
export const findSignedInAccount = async (
  sql: Queryable,
  secretHash: Buffer,
): Promise<SignedInAccount | undefined> => {
  const [row] = await sql<FoundRow[]>`
    select a.id, a.email, a.name, a.locale, s.id as "sessionId",
           s.last_seen_at < now() - ${TOUCH}::interval as "isTouchDue",
           ${rolesOf(sql)} as roles
    from account_sessions s join accounts a on a.id = s.account_id
    where s.secret_hash = ${secretHash} and a.removed_at is null and ${isOpen(sql)}`;
  if (!row) return undefined;
  const {roles, isTouchDue, ...account} = row;
  if (isTouchDue)
    await sql`update account_sessions set last_seen_at = now() where id = ${account.sessionId}`;
  return {...account, roles: new Map(Object.entries(roles))};
};

export interface NewSession {
  accountId: string;
  secretHash: Buffer;
  browser: string | null;
  /** Whether the session has the sites that its account gets later. */
  hasLaterSites: boolean;
}

export const insertSession = async (
  sql: Queryable,
  {accountId, secretHash, browser, hasLaterSites}: NewSession,
): Promise<string> => {
  const id = randomUUID();
  await sql`
    insert into account_sessions
      (id, account_id, secret_hash, browser, has_later_sites, ends_at)
    values (${id}, ${accountId}, ${secretHash}, ${browser}, ${hasLaterSites},
            now() + ${toInterval(SESSION_MAX_MS)}::interval)`;
  return id;
};

/** Returns whether a cookie is that of an earlier session of the account, open or ended. */
export const isKnownBrowser = async (
  sql: Queryable,
  accountId: string,
  secretHash: Buffer,
): Promise<boolean> => {
  const rows = await sql`
    select from account_sessions where account_id = ${accountId} and secret_hash = ${secretHash}`;
  return rows.length > 0;
};

export interface ListedSession {
  id: string;
  browser: string | null;
  createdAt: Date;
  lastSeenAt: Date;
}

/** Number of sessions that are listed. More are open only after many sign-ins without sign-out. */
const MAX_LISTED = 100;

/** Lists the open sessions of an account, the latest first. */
export const listSessions = async (sql: Queryable, accountId: string): Promise<ListedSession[]> =>
  sql<ListedSession[]>`
    select s.id, s.browser, s.created_at as "createdAt", s.last_seen_at as "lastSeenAt"
    from account_sessions s where s.account_id = ${accountId} and ${isOpen(sql)}
    order by s.last_seen_at desc, s.id limit ${MAX_LISTED}`;

/** Ends the session of a cookie, whichever account it belongs to. */
export const endSessionOfCookie = async (sql: Queryable, secretHash: Buffer): Promise<void> => {
  const [row] = await sql<{accountId: string}[]>`
    update account_sessions set ended_at = now()
    where secret_hash = ${secretHash} and ended_at is null returning account_id as "accountId"`;
  if (row) await notifyAccountChanged(sql, row.accountId);
};

/** Returns why the session of a cookie has ended, if not by its own browser. */
export const findEndReason = async (
  sql: Queryable,
  secretHash: Buffer,
): Promise<EndReason | undefined> => {
  const [row] = await sql<{reason: EndReason | null}[]>`
    select end_reason as reason from account_sessions where secret_hash = ${secretHash}`;
  return row?.reason ?? undefined;
};

interface SessionToEnd {
  accountId: string;
  id: string;
  /** Session of the call. It has no reason for its end. */
  ownId: string;
}

/** Ends one session of an account. Returns false if the account has no such open session. */
export const endSession = async (
  sql: Queryable,
  {accountId, id, ownId}: SessionToEnd,
): Promise<boolean> => {
  const rows = await sql`
    update account_sessions s set ended_at = now(), ${withReason(sql, ownId)}
    where s.id = ${id} and s.account_id = ${accountId} and ${isOpen(sql)} returning 1`;
  if (rows.length > 0) await notifyAccountChanged(sql, accountId);
  return rows.length > 0;
};

const withReason = (sql: Queryable, ownId: string | null) => sql`
  end_reason = case when s.id is distinct from ${ownId}::uuid then 'signed_out' end`;

/** Ends all sessions of an account. Returns the number of those that were open. */
export const endAllSessions = async (
  sql: Queryable,
  accountId: string,
  ownId: string | null = null,
): Promise<number> => {
  const rows = await sql`
    update account_sessions s set ended_at = now(), ${withReason(sql, ownId)}
    where account_id = ${accountId} and ended_at is null returning 1`;
  await notifyAccountChanged(sql, accountId);
  return rows.length;
};

/**
 * Ends the sessions of an account that began with a site. Other sessions stay: the people of a site
 * must not sign out an account that has not signed in there. Such a session has its roles by call.
 */
export const endSessionsAtSite = async (
  sql: Queryable,
  {accountId, siteKey}: {accountId: string; siteKey: string},
): Promise<void> => {
  await sql`
    update account_sessions s set ended_at = now(), end_reason = 'role_changed' from memberships m
    where s.account_id = ${accountId} and s.ended_at is null
      and m.account_id = s.account_id and m.site_key = ${siteKey} and ${beganWith(sql)}`;
};

/** Deletes sessions whose time is over. Until then, their cookies recognise known browsers. */
export const deleteOldSessions = async (sql: Queryable, limit: number): Promise<number> => {
  const rows = await sql`
    delete from account_sessions where id in (
      select id from account_sessions where ends_at < now()
      order by ends_at limit ${limit} for update skip locked)
    returning 1`;
  return rows.length;
};

/** Returns the roles by site for those of the given sessions that are open. */
export const findOpenSessions = async (
  sql: Queryable,
  ids: string[],
): Promise<Map<string, ReadonlyMap<string, Role>>> => {
  const rows = await sql<{id: string; roles: Record<string, Role>}[]>`
    select s.id, ${rolesOf(sql)} as roles
    from account_sessions s join accounts a on a.id = s.account_id
    where s.id = any(${ids}) and a.removed_at is null and ${isOpen(sql)}`;
  return new Map(rows.map(({id, roles}) => [id, new Map(Object.entries(roles))]));
};
