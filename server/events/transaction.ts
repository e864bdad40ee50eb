import type {Queryable, Sql} from '../database/sql.js';
import {publish} from './announce.js';

/** Sessions with news, and the number of the last event of each; 0 where there is no event. */
type News = Map<string, number>;

const newsOf = new WeakMap<Queryable, News>();

/**
 * A transaction that may write events. Its readers are told once it is committed, and not within
 * it: PostgreSQL would take a lock for that which all such commits wait for, one after the other,
 * their writing to the disk included.
 */
export const transaction = async <T>(sql: Sql, work: (tx: Queryable) => Promise<T>): Promise<T> => {
  const news: News = new Map();
  const result = await sql.begin((tx) => {
    newsOf.set(tx, news);
    return work(tx);
  });
  publish(sql, news);
  return result as T;
};

/** Notes that the session's readers are to look once the transaction is committed. */
export const notifyAfterCommit = (tx: Queryable, uuid: string, seq = 0): void => {
  const news = newsOf.get(tx);
  if (!news) throw new Error('What readers are told of is written in a `transaction` of its own.');
  news.set(uuid, seq);
};
