import type {Queryable, Sql} from '../database/sql.js';
import {interval} from '../database/time.js';
import type {HistoryMessage} from './responder.js';

export interface ClaimedTurn {
  id: string;
  uuid: string;
  messageId: number;
  client: Uint8Array;
}

export const LEASE_MS = 15_000;

/** Whose a turn is counts until it is done: what ends one takes its `client` away. */
const NOBODY = Buffer.alloc(0);

/** In the transaction of the message. */
export const insertTurn = async (
  tx: Queryable,
  {uuid, messageId, client}: {uuid: string; messageId: number; client: Buffer},
): Promise<void> => {
  await tx`
    insert into turns (session_uuid, message_id, client) values (${uuid}, ${messageId}, ${client})`;
};

const columns = (sql: Queryable) => sql`
  turns.id, turns.session_uuid as uuid, turns.message_id::float8 as "messageId", turns.client`;

/**
 * Takes turns for an owner. In each session the newest, and none while one is under way there: what
 * was written meanwhile is answered together.
 */
export const claimTurns = async (sql: Sql, owner: string, limit: number): Promise<ClaimedTurn[]> =>
  sql.begin(async (tx) => {
    const claimed = await tx<ClaimedTurn[]>`
      update turns set state = 'running', owner = ${owner},
                       leased_until = now() + ${interval(LEASE_MS)}::interval
      where id in (
        select t.id from turns t
        where t.state = 'queued'
          and not exists (
            select from turns r where r.session_uuid = t.session_uuid and r.state = 'running')
          and not exists (
            select from turns n where n.session_uuid = t.session_uuid and n.state = 'queued'
              and n.message_id > t.message_id)
        order by t.message_id limit ${limit} for update skip locked)
      returning ${columns(tx)}`;
    for (const {uuid, messageId} of claimed) {
      await tx`
        update turns set state = 'done', outcome = 'merged', client = ${NOBODY}
        where id in (
          select id from turns
          where session_uuid = ${uuid} and state = 'queued' and message_id < ${messageId}
          for update skip locked)`;
    }
    return claimed;
  });

/** Keeps turns; answers those that are still the owner's, and whether their visitor wants no more. */
export const renewTurns = async (
  sql: Sql,
  owner: string,
  ids: string[],
): Promise<{id: string; isStopped: boolean}[]> =>
  sql<{id: string; isStopped: boolean}[]>`
    update turns set leased_until = now() + ${interval(LEASE_MS)}::interval
    where id = any(${ids}::uuid[]) and owner = ${owner} and state = 'running'
    returning id, stop_requested_at is not null as "isStopped"`;

export const finishTurn = async (sql: Queryable, id: string, outcome: string): Promise<void> => {
  await sql`
    update turns set state = 'done', outcome = ${outcome}, client = ${NOBODY}, leased_until = null
    where id = ${id} and state in ('running', 'waiting')`;
};

/**
 * Gives a turn back of which nothing was said: another replica takes it. Answers false when there is
 * nobody to give it to, since its visitor wants no more.
 */
export const releaseTurn = async (sql: Sql, id: string): Promise<boolean> => {
  const rows = await sql<{isStopped: boolean}[]>`
    update turns set owner = null, leased_until = null,
      state = case when stop_requested_at is null then 'queued' else 'done' end,
      outcome = case when stop_requested_at is not null then 'stopped' end,
      client = case when stop_requested_at is null then client else ${NOBODY} end
    where id = ${id} and state = 'running'
    returning stop_requested_at is not null as "isStopped"`;
  return !rows.some(({isStopped}) => isStopped);
};

/**
 * Lets a turn wait for its responder to call back. Returns `later`, or the outcome of a turn that
 * has ended: the responder was quicker to call back, or the visitor has stopped it.
 */
export const awaitCallBack = async (sql: Sql, id: string, ms: number): Promise<string> => {
  const rows = await sql`
    update turns set state = 'waiting', leased_until = now() + ${interval(ms)}::interval
    where id = ${id} and state = 'running' and stop_requested_at is null returning id`;
  if (rows.length > 0) return 'later';
  const [ended] = await sql<{outcome: string | null}[]>`
    select outcome from turns where id = ${id}`;
  return ended?.outcome ?? 'stopped';
};

export const sessionOfTurn = async (sql: Queryable, id: string): Promise<string | undefined> => {
  const [row] = await sql<
    {uuid: string}[]
  >`select session_uuid as uuid from turns where id = ${id}`;
  return row?.uuid;
};

/**
 * Counts a call back, and ends the waiting with the last one. A quick one comes before the 202 that
 * announces it. Answers which one it is; undefined: nobody waits for it.
 */
export const takeCallBack = async (
  tx: Queryable,
  id: string,
  {isLast, max}: {isLast: boolean; max: number},
): Promise<number | undefined> => {
  const [row] = await tx<{calls: number}[]>`
    update turns set calls = calls + 1,
      state = case when ${isLast} or calls + 1 >= ${max} then 'done' else state end,
      outcome = case when ${isLast} or calls + 1 >= ${max} then 'answered' end,
      client = case when ${isLast} or calls + 1 >= ${max} then ${NOBODY} else client end,
      leased_until = case when ${isLast} or calls + 1 >= ${max} then null else leased_until end
    where id = ${id} and state in ('running', 'waiting') and stop_requested_at is null
      and leased_until > now()
    returning calls`;
  return row?.calls;
};

/**
 * The visitor wants no more of the answer; answers how many turns that meets. What was written
 * meanwhile is a question of its own, and is answered next.
 */
export const stopTurns = async (sql: Queryable, uuid: string): Promise<number> => {
  const rows = await sql`
    update turns set
      stop_requested_at = now(),
      state = case when state = 'running' then state else 'done' end,
      outcome = case when state = 'running' then null else 'stopped' end,
      client = case when state = 'running' then client else ${NOBODY} end,
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

/** Of a turn whose server has died, or whose responder has not called back. */
const lapsedOutcome = (sql: Queryable) => sql`
  case when turns.state = 'running' then 'lost'
       when calls > 0 then 'answered' else 'no_call_back' end`;

const isLapsed = (sql: Queryable) => sql`
  turns.state in ('running', 'waiting') and turns.leased_until < now()`;

/** Turns whose server has died, or whose responder has not called back; the oldest first. */
export const lapsedTurns = (sql: Sql, limit: number): Promise<LapsedTurn[]> =>
  sql<LapsedTurn[]>`
    select ${columns(sql)}, ${lapsedOutcome(sql)} as outcome,
           (select site_key from visits where uuid = turns.session_uuid) as "siteKey"
    from turns where ${isLapsed(sql)} order by turns.leased_until limit ${limit}`;

/** Ends one of them. Returns false when another server was quicker. */
export const endLapsed = async (sql: Queryable, id: string): Promise<boolean> => {
  const rows = await sql`
    update turns set state = 'done', client = ${NOBODY}, leased_until = null,
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

/** What is known of the session; undefined when it has ended. */
export const turnContext = async (
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
      coalesce((select decision = 'granted' from consents
                where session_uuid = v.uuid and purpose = 'ai_answers'
                order by id desc limit 1), false) as "readsDocuments"
    from visits v left join user_sessions s on s.uuid = v.uuid
    where v.uuid = ${uuid} and v.state in ('open', 'session') and s.archived_at is null`;
  return row;
};

/** The last lines up to a message, oldest first; the message itself comes last. */
export const loadHistory = async (
  sql: Queryable,
  {uuid, messageId}: {uuid: string; messageId: number},
  limit: number,
): Promise<HistoryMessage[]> => {
  const rows = await sql<{role: HistoryMessage['role']; text: string; at: Date}[]>`
    select role, body as text, created_at as at from messages
    where session_uuid = ${uuid} and id <= ${messageId} and role <> 'system' and body <> ''
    order by id desc limit ${limit}`;
  return rows.reverse().map(({role, text, at}) => ({role, text, at: at.toISOString()}));
};
