import type postgres from 'postgres';

export type Sql = postgres.Sql;

/** Query object of a transaction that `transaction` runs. */
export interface Transaction extends postgres.TransactionSql {
  readonly pool: Sql;
  /**
   * Registers a function for the time after the commit. A later one with this key replaces it. It
   * must not throw, because the change is committed already.
   */
  readonly afterCommit: (key: string, run: () => void) => void;
}

/** A pool or a transaction on it. */
export type Queryable = Sql | Transaction;
