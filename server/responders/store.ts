import type {Queryable, Sql} from '../database/sql.js';
import {toInterval} from '../database/time.js';
import {transaction} from '../database/transaction.js';
import {isGranted} from '../visits/consents.js';
import {isAlive} from '../visits/store.js';
import type {HistoryMessage} from './responder.js';

export interface ClaimedTurn {
  id: string;
  uuid: string;
  messageId: number;
  client: Uint8Array;
}

export const TURN_LEASE_MS = 15_000;

/** A turn stores the sender's hash only until it ends. */
const NO_CLIENT = Buffer.alloc(0);

/** Inserts a turn in the transaction of its message. */
export const insertTurn = async (
  tx: Queryable,
  {uuid, messageId, client}: {uuid: string; messageId: number; client: Buffer},
): Promise<void> => {
  await tx`
    insert into turns (session_uuid, message_id, client) values (${uuid}, ${messageId}, ${client})`;
};

const selectColumns = (sql: Queryable) => sql`
  turns.id, turns.session_uuid as uuid, turns.message_id::float8 as "messageId", turns.client`;

/**
 * Claims turns for an owner: the newest turn of each session that has no running turn. Older turns
 * of the session end as `merged`, because one reply answers them together.
 */
export const claimTurns = async (sql: Sql, owner: string, limit: number): Promise<ClaimedTurn[]> =>
  transaction(sql, async (tx) => {
    const claimed = await tx<ClaimedTurn[]>`
      update turns set state = 'running', owner = ${owner},
                       leased_until = now() + ${toInterval(TURN_LEASE_MS)}::interval
      where id in (
        select t.id from turns t
        where t.state = 'queued'
          and not exists (
            select from turns r where r.session_uuid = t.session_uuid and r.state = 'running')
          and not exists (
            select from turns n where n.session_uuid = t.session_uuid and n.state = 'queued'
              and n.message_id > t.message_id)
        order by t.message_id limit ${limit} for update skip locked)
      returning ${selectColumns(tx)}`;
    for (const {uuid, messageId} of claimed) {
      await tx`
        update turns set state = 'done', outcome = 'merged', client = ${NO_CLIENT}
        where id in (
          select id from turns
          where session_uuid = ${uuid} and state = 'queued' and message_id < ${messageId}
          for update skip locked)`;
    }
    return claimed;
  });

/**
 * Renews the leases of turns. Returns the turns that the owner still holds, and whether the visitor
 * has stopped them.
 */
export const renewTurns = async (
  sql: Sql,
  owner: string,
  ids: string[],
): Promise<{id: string; isStopped: boolean}[]> =>
  sql<{id: string; isStopped: boolean}[]>`
    update turns set leased_until = now() + ${toInterval(TURN_LEASE_MS)}::interval
    where id = any(${ids}::uuid[]) and owner = ${owner} and state = 'running'
    returning id, stop_requested_at is not null as "isStopped"`;

/** Ends a turn. Returns its outcome, which is a different one if it had ended before. */
export const finishTurn = async (sql: Queryable, id: string, outcome: string): Promise<string> => {
  const rows = await sql`
    update turns set state = 'done', outcome = ${outcome}, client = ${NO_CLIENT}, leased_until = null
    where id = ${id} and state in ('running', 'waiting') returning id`;
  return rows.length > 0 ? outcome : ((await findOutcome(sql, id)) ?? outcome);
};

const findOutcome = async (sql: Queryable, id: string): Promise<string | null | undefined> => {
  const [turn] = await sql<{outcome: string | null}[]>`select outcome from turns where id = ${id}`;
  return turn?.outcome;
};

/**
 * Releases a turn without any written text, so that another replica claims it. Returns false if the
 * visitor has stopped the turn, which then ends.
 */
export const releaseTurn = async (sql: Sql, id: string): Promise<boolean> => {
  const rows = await sql<{isStopped: boolean}[]>`
    update turns set owner = null, leased_until = null,
      state = case when stop_requested_at is null then 'queued' else 'done' end,
      outcome = case when stop_requested_at is not null then 'stopped' end,
      client = case when stop_requested_at is null then client else ${NO_CLIENT} end
    where id = ${id} and state = 'running'
    returning stop_requested_at is not null as "isStopped"`;
  return !rows.some(({isStopped}) => isStopped);
};

/**
 * Makes a turn wait for its responder's callback. Returns `later`, or the outcome if the turn has
 * ended: the callback came first, or the visitor stopped it.
 */
export const markAwaitingCallback = async (sql: Sql, id: string, ms: number): Promise<string> => {
  const rows = await sql`
    update turns set state = 'waiting', leased_until = now() + ${toInterval(ms)}::interval
    where id = ${id} and state = 'running' and stop_requested_at is null returning id`;
  if (rows.length > 0) return 'later';
  return (await findOutcome(sql, id)) ?? 'stopped';
};

export const findSessionOfTurn = async (
  sql: Queryable,
  id: string,
): Promise<string | undefined> => {
  const [row] = await sql<
    {uuid: string}[]
  >`select session_uuid as uuid from turns where id = ${id}`;
  return row?.uuid;
};

/**
 * Counts a callback; the last one ends the turn. A callback can arrive before the 202 that
 * announces it. Returns its number; undefined if the turn accepts no callback.
 */
export const countCallback = async (
  tx: Queryable,
  id: string,
  {isLast, max}: {isLast: boolean; max: number},
): Promise<number | undefined> => {
  const [row] = await tx<{calls: number}[]>`
    update turns set calls = calls + 1,
      state = case when ${isLast} or calls + 1 >= ${max} then 'done' else state end,
      outcome = case when ${isLast} or calls + 1 >= ${max} then 'answered' end,
      client = case when ${isLast} or calls + 1 >= ${max} then ${NO_CLIENT} else client end,
      leased_until = case when ${isLast} or calls + 1 >= ${max} then null else leased_until end
    where id = ${id} and state in ('running', 'waiting') and stop_requested_at is null
      and leased_until > now()
    returning calls`;
  return row?.calls;
};

/**
 * Stops the session's current turn; returns the number of turns changed. Messages written during
 * that turn are a separate question, which is answered next.
 */
export const stopTurns = async (sql: Queryable, uuid: string): Promise<number> => {
  const rows = await sql`
    update turns set
      stop_requested_at = now(),
      state = case when state = 'running' then state else 'done' end,
      outcome = case when state = 'running' then null else 'stopped' end,
      client = case when state = 'running' then client else ${NO_CLIENT} end,
      leased_until = case when state = 'running' then leased_until end
    where session_uuid = ${uuid} and (
      state in ('running', 'waiting')
      or state = 'queued' and not exists (
        select from turns under_way
        where under_way.session_uuid = ${uuid} and under_way.state in ('running', 'waiting')))
    returning id`;
  return rows.length;
};

export type LapsedTurn = ClaimedTurn & {siteKey: string; outcome: string};

/** Outcome of a turn whose server died, or whose responder did not call back. */
const lapsedOutcome = (sql: Queryable) => sql`
  case when turns.state = 'running' then 'lost'
       when calls > 0 then 'answered' else 'no_call_back' end`;

const isLapsed = (sql: Queryable) => sql`
  turns.state in ('running', 'waiting') and turns.leased_until < now()`;

/** Returns turns whose server died, or whose responder did not call back; the oldest first. */
export const findLapsedTurns = (sql: Sql, limit: number): Promise<LapsedTurn[]> =>
  sql<LapsedTurn[]>`
    select ${selectColumns(sql)}, ${lapsedOutcome(sql)} as outcome,
           (select site_key from visits where uuid = turns.session_uuid) as "siteKey"
    from turns where ${isLapsed(sql)} order by turns.leased_until limit ${limit}`;

/** Ends a lapsed turn. Returns false if another server has ended it. */
export const endLapsedTurn = async (sql: Queryable, id: string): Promise<boolean> => {
  const rows = await sql`
    update turns set state = 'done', client = ${NO_CLIENT}, leased_until = null,
                     outcome = ${lapsedOutcome(sql)}
    where id = ${id} and ${isLapsed(sql)} returning id`;
  return rows.length > 0;
};

export interface TurnContext {
  siteKey: string;
  state: string;
  step: string | null;
  locale: string;
  hasEmail: boolean;
  readsDocuments: boolean;
}

/** Returns the session's data for a turn; undefined if the session has ended. */
export const findTurnContext = async (
  sql: Queryable,
  uuid: string,
): Promise<TurnContext | undefined> => {
  const [row] = await sql<TurnContext[]>`
    select v.site_key as "siteKey", v.furthest_step as step,
      case when s.uuid is null then 'visit' when s.verified then 'complete' else 'pending' end as state,
      s.uuid is not null as "hasEmail",
      coalesce(s.locale,
        (select locale from consents where session_uuid = v.uuid order by id desc limit 1),
        'en') as locale,
      ${isGranted(sql, sql`v.uuid`, 'ai_answers')} as "readsDocuments"
    from visits v left join user_sessions s on s.uuid = v.uuid
    where v.uuid = ${uuid} and ${isAlive(sql)}`;
  return row;
};

/**
 * Returns the last messages up to a given message, oldest first. The given message is the last. The
 * visitor's unanswered messages are after all replies, although a slow reply to an earlier message
 * can have begun after them.
 */
export const loadHistory = async (
  sql: Queryable,
  {uuid, messageId}: {uuid: string; messageId: number},
  limit: number,
): Promise<HistoryMessage[]> => {
  const rows = await sql<{role: HistoryMessage['role']; text: string; at: Date}[]>`
    with answered as (
      select coalesce(max(message_id), 0) as id from turns
      where session_uuid = ${uuid} and message_id < ${messageId} and outcome <> 'merged')
    select role, body as text, created_at as at from messages
    where session_uuid = ${uuid} and (id <= ${messageId} or role = 'maria')
      and role <> 'system' and body <> ''
    order by role = 'visitor' and id > (select answered.id from answered) desc, id desc
    limit ${limit}`;
  return rows.reverse().map(({role, text, at}) => ({role, text, at: at.toISOString()}));
};
