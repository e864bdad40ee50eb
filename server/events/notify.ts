import type {Sql} from '../database/sql.js';
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

const publishers = new WeakMap<Sql, Publisher>();

const getPublisher = (sql: Sql): Publisher => {
  const existing = publishers.get(sql);
  if (existing) return existing;
  const notices = new StatementBatcher<Notification>({run: (batch) => notify(sql, batch)});
  const created = {notices, listeners: new Set<Listener>()};
  publishers.set(sql, created);
  return created;
};

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

/** Notifies the subscribers of these sessions, in all processes, that events can be read. */
export const publish = (sql: Sql, news: ReadonlyMap<string, number>): void => {
  const {listeners} = getPublisher(sql);
  for (const [uuid, seq] of news) {
    for (const listener of listeners) listener(uuid, seq);
    sendNotification(sql, {channel: EVENTS_CHANNEL, payload: `${uuid} ${seq}`});
  }
};

/** Sends a notification without waiting for it. Subscribers recover from a lost notification. */
export const sendNotification = (sql: Sql, notice: Notification): void => {
  getPublisher(sql)
    .notices.add(notice)
    .catch(() => undefined);
};
