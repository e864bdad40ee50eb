import type postgres from 'postgres';

export type Sql = postgres.Sql;
/** A pool or a transaction on it. */
export type Queryable = postgres.Sql | postgres.TransactionSql;
