import type {Account} from '../contract/owner.js';
import type {Role} from '../contract/owner.js';
import {one} from '../database/one.js';
import type {Queryable} from '../database/sql.js';
import {isInSession} from './session-store.js';

/** Returns an account with the sites of its session. Throws if it does not exist. */
export const describeAccount = async (
  sql: Queryable,
  {id, sessionId}: {id: string; sessionId: string},
): Promise<Account> => {
  const account = one(
    await sql<Omit<Account, 'sites'>[]>`
      select id, email, name, locale from accounts where id = ${id} and removed_at is null`,
  );
  const sites = await sql<{key: string; name: string; role: Role}[]>`
    select sites.key, sites.name, m.role
    from memberships m join sites on sites.key = m.site_key and sites.removed_at is null
    join account_sessions s on s.id = ${sessionId} and ${isInSession(sql)}
    where m.account_id = ${id} order by lower(sites.name), sites.key`;
  return {...account, sites: [...sites]};
};

export interface AccountChanges {
  name?: string | null;
  locale?: string | null;
}

/** Changes only the values that are given. */
export const changeAccount = async (
  sql: Queryable,
  id: string,
  {name, locale}: AccountChanges,
): Promise<void> => {
  await sql`
    update accounts set
      name = case when ${name !== undefined} then ${name ?? null} else name end,
      locale = case when ${locale !== undefined} then ${locale ?? null} else locale end
    where id = ${id}`;
};

/**
 * Locks an account until the end of the transaction. Each change of its links, sessions or roles
 * begins with this lock, so that two changes run one after the other.
 */
export const lockAccount = async (sql: Queryable, id: string): Promise<void> => {
  await sql`select from accounts where id = ${id} for no key update`;
};

/** Returns whether there is an account. */
export const hasAccounts = async (sql: Queryable): Promise<boolean> => {
  const rows = await sql`select from accounts where removed_at is null limit 1`;
  return rows.length > 0;
};

/** Returns the account with an e-mail address. */
export const findAccountId = async (sql: Queryable, email: string): Promise<string | undefined> => {
  const [row] = await sql<{id: string}[]>`
    select id from accounts where lower(email) = lower(${email})`;
  return row?.id;
};

export interface ListedAccount {
  email: string;
  name: string | null;
  sites: Record<string, Role>;
  joinedAt: Date | null;
  lastSeenAt: Date | null;
}

/** Lists the accounts after an e-mail address, in the order of their e-mail addresses. */
export const listAccounts = async (
  sql: Queryable,
  {after, limit}: {after: string; limit: number},
): Promise<ListedAccount[]> =>
  sql<ListedAccount[]>`
    select a.email, a.name, a.joined_at as "joinedAt",
           coalesce((select jsonb_object_agg(m.site_key, m.role)
                     from memberships m where m.account_id = a.id), '{}') as sites,
           (select max(s.last_seen_at)
            from account_sessions s where s.account_id = a.id) as "lastSeenAt"
    from accounts a where a.removed_at is null and lower(a.email) > ${after}
    order by lower(a.email) limit ${limit}`;

/**
 * Deletes the names of accounts whose removal is older than every audit row that can mention them.
 */
export const redactRemovedAccounts = async (
  sql: Queryable,
  retentionDays: number,
  limit: number,
): Promise<number> => {
  const rows = await sql`
    update accounts set name = null where id in (
      select id from accounts
      where removed_at < now() - ${`${retentionDays} days`}::interval and name is not null
      limit ${limit} for update skip locked)
    returning 1`;
  return rows.length;
};
