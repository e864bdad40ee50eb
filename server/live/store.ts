import type {StoredEventName} from '../contract/event-names.js';
import type {Sql} from '../database/sql.js';
import {isAlive} from '../visits/store.js';

export interface StoredEvent {
  seq: number;
  type: StoredEventName;
  data: object;
  at: string;
}

export type SessionEnd = 'gone' | 'erased';

/** Result of a query for a session's events. */
export interface SessionEvents {
  /** True if more events follow these. */
  hasMore: boolean;
  /** Sequence number of the session's last event, even if it is not in `events`. */
  last: number;
  events: StoredEvent[];
  /** End of the session, after which no event follows; null while it lives. */
  ended: SessionEnd | null;
  /** Hash of the session's token; undefined before the first change. */
  tokenHash: Uint8Array | undefined;
  /** Ids of messages whose text is in progress. */
  running: number[];
}

export interface EventCursor {
  uuid: string;
  after: number;
}

/** Events per page. A page ends earlier at the event that reaches `PAGE_BYTES`. */
export const PAGE_EVENTS = 50;
const PAGE_BYTES = 64 * 1024;
/** Sessions per statement; together they return a few megabytes at most. */
export const MAX_SESSIONS_PER_QUERY = 100;

const NO_EVENTS: SessionEvents = {
  last: 0,
  events: [],
  hasMore: false,
  ended: null,
  tokenHash: undefined,
  running: [],
};

/** Returns the events after a number in each of several sessions, in the order of `wanted`. */
export const findEvents = async (sql: Sql, wanted: EventCursor[]): Promise<SessionEvents[]> => {
  const rows = await sql<
    (Omit<SessionEvents, 'tokenHash'> & {place: number; tokenHash: Uint8Array})[]
  >`
    select given.place::int as place, v.last_event::float8 as last, v.token_hash as "tokenHash",
           case when v.state = 'erased' then 'erased'
                when not ${isAlive(sql)} then 'gone' end as ended,
           page.events, page."hasMore",
           (select coalesce(jsonb_agg(m.id), '[]') from messages m
            where m.session_uuid = given.uuid and m.state = 'running') as running
    from unnest(${wanted.map(({uuid}) => uuid)}::uuid[], ${wanted.map(({after}) => after)}::bigint[])
         with ordinality as given (uuid, after, place)
    join visits v on v.uuid = given.uuid
    cross join lateral (
      select coalesce(jsonb_agg(jsonb_build_object('seq', seq, 'type', type, 'data', data, 'at', at)
                                order by seq) filter (where before < ${PAGE_BYTES}), '[]') as events,
             count(*) = ${PAGE_EVENTS}
               or count(*) filter (where before >= ${PAGE_BYTES}) > 0 as "hasMore"
      from (select following.*,
                   sum(octet_length(data::text)) over (order by seq) - octet_length(data::text)
                     as before
            from (select e.seq, e.type, e.data, e.at from events e
                  where e.session_uuid = given.uuid and e.seq > given.after
                  order by e.seq limit ${PAGE_EVENTS}) following) measured
    ) page`;
  const found = wanted.map(() => NO_EVENTS);
  for (const {place, ...row} of rows) found[place - 1] = row;
  return found;
};
