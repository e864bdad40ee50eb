import {includesRole} from '../contract/owner.js';
import type {Role} from '../contract/owner.js';
import type {Queryable} from '../database/sql.js';
import {LastOwner} from '../errors.js';
import {voidInvitations, voidSignInLinks} from './link-store.js';
import {notifyAccountChanged} from './notify.js';
import {endAllSessions, endSessionsAtSite} from './session-store.js';
import {lockAccount} from './store.js';

export interface Membership {
  accountId: string;
  siteKey: string;
}

export interface RoleChangeOptions {
  /** Whether the site can lose its last owner, as with a command of the operator. */
  canRemoveLastOwner?: boolean;
}

/** Locks the members of a site and returns their roles. */
const lockRoles = async (sql: Queryable, siteKey: string): Promise<Map<string, Role>> => {
  const rows = await sql<{accountId: string; role: Role}[]>`
    select account_id as "accountId", role from memberships where site_key = ${siteKey}
    order by account_id for update`;
  return new Map(rows.map(({accountId, role}) => [accountId, role]));
};

/** Returns the accounts of a site, in the order in which changes lock them. */
export const listMemberIds = async (sql: Queryable, siteKey: string): Promise<string[]> => {
  const rows = await sql<{id: string}[]>`
    select account_id as id from memberships where site_key = ${siteKey} order by account_id`;
  return rows.map(({id}) => id);
};

/** Returns whether an e-mail address has an account that cannot open the leads of a site. */
export const isWithoutLeads = async (
  sql: Queryable,
  {email, siteKey}: {email: string; siteKey: string},
): Promise<boolean> => {
  const rows = await sql`
    select from accounts where lower(email) = lower(${email}) and not exists (
      select from memberships m
      where m.account_id = id and m.site_key = ${siteKey} and m.role <> 'observer')`;
  return rows.length > 0;
};

const requireOtherOwner = (
  roles: Map<string, Role>,
  accountId: string,
  {canRemoveLastOwner = false}: RoleChangeOptions,
): void => {
  if (canRemoveLastOwner || roles.get(accountId) !== 'owner') return;
  if (![...roles].some(([id, role]) => id !== accountId && role === 'owner')) throw new LastOwner();
};

/**
 * Sets the role of an account at a site. A lower role ends the sessions that began with this site, and
 * open invitations to it. Returns the role before; null if the account was not at the site. Throws
 * `LastOwner`.
 */
export const setRole = async (
  sql: Queryable,
  {accountId, siteKey, role}: Membership & {role: Role},
  options: RoleChangeOptions = {},
): Promise<Role | null> => {
  await lockAccount(sql, accountId);
  const roles = await lockRoles(sql, siteKey);
  const before = roles.get(accountId) ?? null;
  if (before === role) return before;
  if (role !== 'owner') requireOtherOwner(roles, accountId, options);
  if (before !== null && !includesRole(role, before)) await endAccessTo(sql, {accountId, siteKey});
  await sql`
    insert into memberships (account_id, site_key, role) values (${accountId}, ${siteKey}, ${role})
    on conflict (account_id, site_key) do update set role = excluded.role`;
  await notifyAccountChanged(sql, accountId);
  return before;
};

/**
 * Removes an account from a site. An account at no other site is removed, too. Returns the role
 * before; null if the account was not at the site. Throws `LastOwner`.
 */
export const removeMember = async (
  sql: Queryable,
  {accountId, siteKey}: Membership,
  options: RoleChangeOptions = {},
): Promise<Role | null> => {
  await lockAccount(sql, accountId);
  const roles = await lockRoles(sql, siteKey);
  const before = roles.get(accountId) ?? null;
  if (before === null) return null;
  requireOtherOwner(roles, accountId, options);
  await endAccessTo(sql, {accountId, siteKey});
  await sql`
    delete from memberships where account_id = ${accountId} and site_key = ${siteKey}`;
  await notifyAccountChanged(sql, accountId);
  const others = await sql`select from memberships where account_id = ${accountId} limit 1`;
  if (others.length === 0) await removeAccount(sql, accountId);
  return before;
};

/**
 * Removes an account with its e-mail address, sessions, links and roles. Its id and name stay for
 * the audit log.
 */
export const removeAccount = async (sql: Queryable, accountId: string): Promise<void> => {
  await endAccess(sql, accountId);
  await sql`delete from sign_in_links where account_id = ${accountId}`;
  await sql`delete from account_sessions where account_id = ${accountId}`;
  await sql`delete from memberships where account_id = ${accountId}`;
  await sql`
    update accounts set email = null, locale = null, removed_at = now()
    where id = ${accountId} and removed_at is null`;
};

const endAccessTo = async (sql: Queryable, membership: Membership): Promise<void> => {
  await endSessionsAtSite(sql, membership);
  await voidInvitations(sql, membership);
};

/**
 * Ends all sessions and open links of an account. `ownId` is the session that asks for this. Returns
 * the number of sessions.
 */
export const endAccess = async (
  sql: Queryable,
  accountId: string,
  ownId: string | null = null,
): Promise<number> => {
  await lockAccount(sql, accountId);
  await voidSignInLinks(sql, accountId);
  return endAllSessions(sql, accountId, ownId);
};
