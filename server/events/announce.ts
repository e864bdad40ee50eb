import type {Sql} from '../database/sql.js';
import {StatementBatcher} from '../database/shared-statement.js';

/** `uuid seq`, once its event can be read. */
export const EVENTS_CHANNEL = 'maria_news';
/** `uuid json`: pieces of a text that is being written, and other things of the moment. */
export const MOMENT_CHANNEL = 'maria_moments';

/** PostgreSQL takes less than 8,000 bytes. */
export const MAX_NOTICE_BYTES = 7_900;

export interface Notification {
  channel: string;
  payload: string;
}

type Listener = (uuid: string, seq: number) => void;

interface Publisher {
  notices: StatementBatcher<Notification>;
  listeners: Set<Listener>;
}

const announcers = new WeakMap<Sql, Publisher>();

const getPublisher = (sql: Sql): Publisher => {
  const known = announcers.get(sql);
  if (known) return known;
  const notices = new StatementBatcher<Notification>({run: (batch) => notify(sql, batch)});
  const made = {notices, listeners: new Set<Listener>()};
  announcers.set(sql, made);
  return made;
};

/**
 * The commit of a notice waits for no disk: one that is lost in a crash would be told to
 * connections that are lost as well, and readers look by themselves now and then.
 */
const notify = async (sql: Sql, notices: Notification[]): Promise<void[]> => {
  await sql`
    select set_config('synchronous_commit', 'off', true), pg_notify(channel, payload)
    from unnest(${notices.map(({channel}) => channel)}::text[],
                ${notices.map(({payload}) => payload)}::text[]) as given (channel, payload)`;
  return notices.map(() => undefined);
};

/** Hears of what this process announces over a pool, without the way through the database. */
export const onPublished = (sql: Sql, listener: Listener): (() => void) => {
  const {listeners} = getPublisher(sql);
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Tells the readers of these sessions, in all processes, that there is something to read. */
export const publish = (sql: Sql, news: ReadonlyMap<string, number>): void => {
  const {listeners} = getPublisher(sql);
  for (const [uuid, seq] of news) {
    for (const listener of listeners) listener(uuid, seq);
    sendNotification(sql, {channel: EVENTS_CHANNEL, payload: `${uuid} ${seq}`});
  }
};

/** Nobody waits for it, and one that does not arrive is made up for by its readers. */
export const sendNotification = (sql: Sql, notice: Notification): void => {
  getPublisher(sql)
    .notices.add(notice)
    .catch(() => undefined);
};
