import type {Queryable, Sql} from '../database/sql.js';
import {publish} from './notify.js';

/**
 * Sessions with changes, and the number of the last event of each; 0 for a change without an event.
 */
type News = Map<string, number>;

const newsByTransaction = new WeakMap<Queryable, News>();

/**
 * Runs a transaction that can write events. Subscribers are notified after the commit, not inside
 * it: `NOTIFY` acquires a global lock, which would serialise all commits and their disk writes.
 */
export const transaction = async <T>(sql: Sql, work: (tx: Queryable) => Promise<T>): Promise<T> => {
  const news: News = new Map();
  const result = await sql.begin((tx) => {
    newsByTransaction.set(tx, news);
    return work(tx);
  });
  publish(sql, news);
  return result as T;
};

/** Marks the session's subscribers for notification after the commit. */
export const notifyAfterCommit = (tx: Queryable, uuid: string, seq = 0): void => {
  const news = newsByTransaction.get(tx);
  if (!news)
    throw new Error(
      'This query object cannot publish events. Expected the one that `transaction` passes on. Run the work in `transaction`.',
    );
  news.set(uuid, seq);
};
