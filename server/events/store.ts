import type {LiveEventData} from '../contract/events.js';
import type {StoredEventName} from '../contract/event-names.js';
import {one} from '../database/one.js';
import type {Queryable, Transaction} from '../database/sql.js';
import {notifyAfterCommit} from './notify.js';

export type NewEvent = {
  [Name in StoredEventName]: {type: Name; data: LiveEventData[Name]};
}[StoredEventName];

/**
 * Writes events in the transaction of their cause, which has locked the visit's row. Numbers follow
 * the order of the changes; a rolled-back transaction leaves no gap.
 */
export const recordEvents = async (
  tx: Transaction,
  uuid: string,
  ...events: NewEvent[]
): Promise<void> => {
  if (events.length === 0) return;
  const rows = await tx<{last: string}[]>`
    with visit as (
      update visits set last_event = last_event + ${events.length} where uuid = ${uuid}
      returning last_event
    ), written as (
      insert into events (session_uuid, seq, type, data)
      select ${uuid}, visit.last_event - ${events.length} + given.place, given.type, given.data
      from visit, unnest(${events.map(({type}) => type)}::text[],
                         ${events.map(({data}) => JSON.stringify(data))}::text[]::jsonb[])
        with ordinality as given (type, data, place)
    )
    select last_event as last from visit`;
  const {last} = one(
    rows,
    'The event has no visit. Expected a visit with its UUID. Create the visit first.',
  );
  notifyAfterCommit(tx, uuid, Number(last));
};

/**
 * Deletes the events together with the files and messages that they describe, because events
 * contain file names and texts.
 */
export const deleteEvents = async (tx: Queryable, uuid: string): Promise<void> => {
  await tx`delete from events where session_uuid = ${uuid}`;
};

/** Returns the sequence number of the last event; 0 before the first event. */
export const getLastEventNumber = async (sql: Queryable, uuid: string): Promise<number> => {
  const [row] = await sql<{last: number}[]>`
    select last_event::float8 as last from visits where uuid = ${uuid}`;
  return row?.last ?? 0;
};
