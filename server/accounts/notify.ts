import type {Queryable} from '../database/sql.js';

/** Channel of ids of accounts whose sessions or roles have changed. */
export const ACCOUNTS_CHANNEL = 'maria_accounts';

/**
 * Notifies all servers, with the commit of this transaction, that sessions or roles of the account
 * have changed. Such changes are rare, so the lock of NOTIFY delays no other transaction.
 */
export const notifyAccountChanged = async (sql: Queryable, accountId: string): Promise<void> => {
  await sql`select pg_notify(${ACCOUNTS_CHANNEL}, ${accountId})`;
};
