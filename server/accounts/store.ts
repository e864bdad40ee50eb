import type {Account} from '../contract/owner.js';
import type {Role} from '../contract/owner.js';
import {one} from '../database/one.js';
import type {Queryable} from '../database/sql.js';

/** Returns an account with its sites. Throws if it does not exist. */
export const describeAccount = async (sql: Queryable, id: string): Promise<Account> => {
  const account = one(
    await sql<Omit<Account, 'sites'>[]>`
      select id, email, name, locale from accounts where id = ${id} and removed_at is null`,
  );
  const sites = await sql<{key: string; name: string; role: Role}[]>`
    select sites.key, sites.name, m.role
    from memberships m join sites on sites.key = m.site_key and sites.removed_at is null
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
