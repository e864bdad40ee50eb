import {retryAfterConflict} from './errors.js';
import type {Sql, Transaction} from './sql.js';

/** Runs a transaction, and after its commit the functions that it has registered. */
export const transaction = async <T>(
  sql: Sql,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> => {
  const committed = new Map<string, () => void>();
  const afterCommit = (key: string, run: () => void) => committed.set(key, run);
  const result = await sql.begin((tx) => work(Object.assign(tx, {pool: sql, afterCommit})));
  for (const run of committed.values()) run();
  return result as T;
};

/** Runs a transaction, and once more if the database rolled it back because of another one. */
export const repeatableTransaction = <T>(
  sql: Sql,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> => retryAfterConflict(() => transaction(sql, work));
