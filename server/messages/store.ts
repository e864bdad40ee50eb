import type {Message, MessageRole, MessageState} from '../contract/messages.js';
import {one} from '../database/one.js';
import type {Queryable} from '../database/sql.js';
import {toInterval} from '../database/time.js';
import {findFilesOfMessages, toApiFile} from '../files/store.js';

export interface MessageRow {
  id: number;
  clientId: string;
  role: MessageRole;
  body: string;
  state: MessageState;
  createdAt: Date;
  asksForEmail: boolean;
}

export interface NewMessage {
  uuid: string;
  clientId: string;
  role: MessageRole;
  body: string;
  asksForEmail?: boolean;
  /** Lease of a message in progress; absent: the message is complete. */
  leaseMs?: number;
}

const selectColumns = (sql: Queryable) => sql`
  id::float8 as id, client_id as "clientId", role, body, state, created_at as "createdAt",
  asks_for_email as "asksForEmail"`;

/**
 * Inserts a message. The caller has locked the visit. Throws if the session already has a message
 * with this id.
 */
export const insertMessage = async (
  sql: Queryable,
  {uuid, clientId, role, body, asksForEmail = false, leaseMs}: NewMessage,
): Promise<MessageRow> => {
  const lease = leaseMs === undefined ? null : toInterval(leaseMs);
  const rows = await sql<MessageRow[]>`
    insert into messages
      (session_uuid, client_id, role, body, asks_for_email, state, created_at, leased_until)
    values (${uuid}, ${clientId}, ${role}, ${body}, ${asksForEmail},
            ${lease === null ? 'complete' : 'running'},
            clock_timestamp(), clock_timestamp() + ${lease}::interval)
    on conflict (session_uuid, client_id) do nothing
    returning ${selectColumns(sql)}`;
  return one(
    rows,
    'The message already exists. Expected no other writer, because the visit is locked. Lock the visit first.',
  );
};

export const findMessage = async (
  sql: Queryable,
  uuid: string,
  clientId: string,
): Promise<MessageRow | undefined> => {
  const [row] = await sql<MessageRow[]>`
    select ${selectColumns(sql)} from messages where session_uuid = ${uuid} and client_id = ${clientId}`;
  return row;
};

export const countOwnMessages = async (sql: Queryable, uuid: string): Promise<number> => {
  const [row] = await sql<{count: number}[]>`
    select count(*)::int as count from messages
    where session_uuid = ${uuid} and role = 'visitor'`;
  return row?.count ?? 0;
};

export const listMessages = async (
  sql: Queryable,
  uuid: string,
  {after, limit}: {after: number; limit: number},
): Promise<MessageRow[]> => sql<MessageRow[]>`
  select ${selectColumns(sql)} from messages
  where session_uuid = ${uuid} and id > ${String(after)}::bigint order by id limit ${limit}`;

/** Returns the last messages, oldest first. */
export const findLatestMessages = async (
  sql: Queryable,
  uuid: string,
  limit: number,
): Promise<MessageRow[]> => {
  const rows = await sql<MessageRow[]>`
    select ${selectColumns(sql)} from messages where session_uuid = ${uuid} order by id desc limit ${limit}`;
  return rows.reverse();
};

/**
 * Renews the lease of a running message and stores its text so far. Returns false if the message is
 * no longer running.
 */
export const renewMessage = async (
  sql: Queryable,
  id: number,
  {body, leaseMs}: {body: string; leaseMs: number},
): Promise<boolean> => {
  const rows = await sql`
    update messages set body = ${body}, leased_until = clock_timestamp() + ${toInterval(leaseMs)}::interval
    where id = ${String(id)}::bigint and state = 'running' returning id`;
  return rows.length > 0;
};

/**
 * Ends a running message. The caller has locked the visit. Returns undefined if the message is no
 * longer running.
 */
export const storeFinishedMessage = async (
  sql: Queryable,
  id: number,
  {body, state}: {body: string | undefined; state: Exclude<MessageState, 'running'>},
): Promise<MessageRow | undefined> => {
  const [row] = await sql<MessageRow[]>`
    update messages set state = ${state}, leased_until = null, body = coalesce(${body ?? null}, body)
    where id = ${String(id)}::bigint and state = 'running' returning ${selectColumns(sql)}`;
  return row;
};

/**
 * Returns running messages whose server died, and locks their visits, because every transaction
 * locks the visit first.
 */
export const findLapsedMessages = async (
  tx: Queryable,
  limit: number,
): Promise<{id: number; uuid: string}[]> => tx<{id: number; uuid: string}[]>`
  select m.id::float8 as id, m.session_uuid as uuid
  from messages m join visits v on v.uuid = m.session_uuid
  where m.state = 'running' and m.leased_until < clock_timestamp()
  limit ${limit} for update of v skip locked`;

/** Returns messages in the form of the API, each with its files. */
export const toApiMessages = async (sql: Queryable, rows: MessageRow[]): Promise<Message[]> => {
  const files = await findFilesOfMessages(
    sql,
    rows.map(({id}) => id),
  );
  return rows.map(({id, clientId, createdAt, asksForEmail, ...row}) => ({
    id,
    client_id: clientId,
    ...row,
    created_at: createdAt.toISOString(),
    files: files.filter(({messageId}) => messageId === id).map(toApiFile),
    ...(asksForEmail && {asks_for_email: true}),
  }));
};

export const toApiMessage = async (sql: Queryable, row: MessageRow): Promise<Message> =>
  one(await toApiMessages(sql, [row]));
