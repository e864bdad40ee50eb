import {perPool} from '../database/per-pool.js';
import type {Sql, Transaction} from '../database/sql.js';
import {StatementBatcher} from '../database/statement-batcher.js';

/** Channel of `uuid seq`, sent when the event can be read. */
export const EVENTS_CHANNEL = 'maria_news';
/** Channel of `uuid sender json`: pieces of a text in progress, and other transient events. */
export const TRANSIENT_CHANNEL = 'maria_moments';

/** PostgreSQL accepts payloads below 8,000 bytes. */
export const MAX_NOTIFICATION_BYTES = 7_900;

export interface Notification {
  channel: string;
  payload: string;
}

type Listener = (uuid: string, seq: number) => void;

interface Publisher {
  notices: StatementBatcher<Notification>;
  listeners: Set<Listener>;
}

/** The publisher belongs to the pool, because every transaction that writes events has its pool. */
const getPublisher = perPool<Publisher>((pool) => ({
  notices: new StatementBatcher({run: (batch) => notify(pool, batch)}),
  listeners: new Set(),
}));

/**
 * Sends notifications in a commit that does not wait for the disk. A crash that loses a
 * notification also closes the connections that would receive it. In addition, subscribers poll
 * from time to time.
 */
const notify = async (sql: Sql, notices: Notification[]): Promise<void[]> => {
  await sql`
    select set_config('synchronous_commit', 'off', true), pg_notify(channel, payload)
    from unnest(${notices.map(({channel}) => channel)}::text[],
                ${notices.map(({payload}) => payload)}::text[]) as given (channel, payload)`;
  return notices.map(() => undefined);
};

/**
 * Calls the listener for each event that this process publishes with the pool, without the round
 * trip through the database. Returns a function that removes the listener.
 */
export const onPublished = (sql: Sql, listener: Listener): (() => void) => {
  const {listeners} = getPublisher(sql);
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/**
 * Notifies the session's subscribers after the commit, once for each transaction. `NOTIFY` inside
 * the transaction would acquire a global lock and serialise all commits with their disk writes.
 */
export const notifyAfterCommit = (tx: Transaction, uuid: string, seq = 0): void => {
  tx.afterCommit(`events ${uuid}`, () => {
    publish(tx.pool, uuid, seq);
  });
};

/**
 * Notifies the session's subscribers, in all processes, that its events up to a number can be read.
 * The number 0 means that the session itself has changed.
 */
const publish = (sql: Sql, uuid: string, seq: number): void => {
  for (const listener of getPublisher(sql).listeners) listener(uuid, seq);
  sendNotification(sql, {channel: EVENTS_CHANNEL, payload: `${uuid} ${seq}`});
};

/** Sends a notification without waiting for it. Subscribers recover from a lost notification. */
export const sendNotification = (sql: Sql, notice: Notification): void => {
  getPublisher(sql)
    .notices.add(notice)
    .catch(() => undefined);
};
