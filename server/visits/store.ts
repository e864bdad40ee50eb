import {countAuditRows, auditEntriesCte} from '../audit/store.js';
import type {AuditEntry} from '../audit/store.js';
import type {SessionState} from '../contract/sessions.js';
import {one} from '../database/one.js';
import type {Queryable} from '../database/sql.js';
import {toInterval} from '../database/time.js';

export type VisitState = 'open' | 'session' | 'purging' | 'gone' | 'erased';

export interface Visit {
  uuid: string;
  siteKey: string;
  tokenHash: Uint8Array;
  state: VisitState;
  /** False if the visit has ended for its visitor. */
  isAlive: boolean;
  /**
   * True if the visit is idle or too old by the database's clock, even if the reaper has not run
   * yet.
   */
  expired: boolean;
  idleExpiresAt: Date;
  furthestStep: string | null;
}

export interface VisitTimes {
  idleMs: number;
  maxMs: number;
}

export interface StoredSession {
  name: string;
  email: string;
  locale: string | null;
  state: Exclude<SessionState, 'visit'>;
}

const visitColumns = (sql: Queryable, {idleMs, maxMs}: VisitTimes) => sql`
  uuid, site_key as "siteKey", token_hash as "tokenHash", state, furthest_step as "furthestStep",
  least(last_seen_at + ${toInterval(idleMs)}::interval, started_at + ${toInterval(maxMs)}::interval)
    as "idleExpiresAt",
  state = 'open' and
  least(last_seen_at + ${toInterval(idleMs)}::interval, started_at + ${toInterval(maxMs)}::interval)
    < clock_timestamp() as expired,
  ${isAlive(sql)} as "isAlive"`;

/**
 * Returns the condition on `visits v` for visits that have not ended. A session that was not
 * confirmed in time is archived, and has ended for its visitor.
 */
export const isAlive = (sql: Queryable) => sql`
  (v.state = 'open' or v.state = 'session' and not exists (
    select from user_sessions where user_sessions.uuid = v.uuid and archived_at is not null))`;

/**
 * Returns visits in the order of their UUIDs, which are in lower case; undefined for a UUID without
 * a visit.
 */
export const findVisits = async (
  sql: Queryable,
  uuids: string[],
  times: VisitTimes,
): Promise<(Visit | undefined)[]> => {
  const visits = await sql<Visit[]>`
    select ${visitColumns(sql, times)} from visits v where uuid = any(${uuids}::uuid[])`;
  return inOrderOf(uuids, visits);
};

/** Audit row of an attempt to use a UUID that may be free. */
export interface Claim extends AuditEntry {
  uuid: string;
}

/**
 * Like `findVisits`. The statement also writes an audit row for each claim of a UUID without a
 * visit.
 */
export const findVisitsOrRecord = async (
  sql: Queryable,
  claims: Claim[],
  times: VisitTimes,
): Promise<(Visit | undefined)[]> => {
  const uuids = claims.map(({uuid}) => uuid);
  const visits = await sql<Visit[]>`
    with claimed as (
      insert into audit_logs (event_type, user_uuid, site_key, ip_address, metadata)
      select event, uuid, site, ip_address, metadata from ${auditEntriesCte(sql, claims)}
      where (select v.uuid from visits v where v.uuid = given.uuid) is null
    )
    select ${visitColumns(sql, times)} from visits v where uuid = any(${uuids}::uuid[])`;
  const found = inOrderOf(uuids, visits);
  countAuditRows(
    sql,
    claims.filter((_, i) => !found[i]),
  );
  return found;
};

const inOrderOf = (uuids: string[], visits: Visit[]): (Visit | undefined)[] => {
  const byUuid = new Map(visits.map((visit) => [visit.uuid, visit]));
  return uuids.map((uuid) => byUuid.get(uuid));
};

export const findVisit = async (
  sql: Queryable,
  uuid: string,
  times: VisitTimes,
): Promise<Visit | undefined> => (await findVisits(sql, [uuid], times))[0];

/** Returns the limit that an expired visit has exceeded; `idle` if it has exceeded both. */
export const getExpiryCause = async (
  sql: Queryable,
  uuid: string,
  {idleMs}: VisitTimes,
): Promise<'idle' | 'too_old'> => {
  const rows = await sql`
    select from visits
    where uuid = ${uuid} and last_seen_at < clock_timestamp() - ${toInterval(idleMs)}::interval`;
  return rows.length > 0 ? 'idle' : 'too_old';
};

/** Inserts the row of a UUID's first change unless it exists, and locks it in both cases. */
export const openVisit = async (
  sql: Queryable,
  {uuid, siteKey, tokenHash}: Pick<Visit, 'uuid' | 'siteKey' | 'tokenHash'>,
  times: VisitTimes,
): Promise<Visit & {isNew: boolean}> => {
  const inserted = await sql`
    insert into visits (uuid, site_key, token_hash) values (${uuid}, ${siteKey}, ${tokenHash})
    on conflict (uuid) do nothing returning uuid`;
  const rows = await sql<Visit[]>`
    select ${visitColumns(sql, times)} from visits v where uuid = ${uuid} for update`;
  return {...one(rows), isNew: inserted.length > 0};
};

/** Locks a visit. Returns whether it exists and has not ended. */
export const lockLiveVisit = async (tx: Queryable, uuid: string): Promise<boolean> => {
  const [visit] = await tx<{isAlive: boolean}[]>`
    select ${isAlive(tx)} as "isAlive" from visits v where uuid = ${uuid} for update`;
  return visit?.isAlive ?? false;
};

/** Extends a visit, and deletes the time at which its page was left. */
export const touchVisit = async (
  sql: Queryable,
  uuid: string,
  {idleMs, maxMs}: VisitTimes,
): Promise<Date> => {
  const rows = await sql<{at: Date}[]>`
    update visits set last_seen_at = clock_timestamp(), left_at = null where uuid = ${uuid}
    returning least(last_seen_at + ${toInterval(idleMs)}::interval,
                    started_at + ${toInterval(maxMs)}::interval) as at`;
  return one(rows).at;
};

export const markLeft = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`update visits set left_at = clock_timestamp() where uuid = ${uuid} and state = 'open'`;
};

export const setFurthestStep = async (
  sql: Queryable,
  uuid: string,
  step: string,
): Promise<void> => {
  await sql`update visits set furthest_step = ${step} where uuid = ${uuid}`;
};

/** Deletes what a tombstone must not contain: how far the visitor came. */
export const clearProgress = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`update visits set furthest_step = null, has_asked = false where uuid = ${uuid}`;
};

/** Returns whether the visitor has reached a step of the conversation. */
export const hasStarted = ({furthestStep}: Pick<Visit, 'furthestStep'>): boolean =>
  furthestStep !== null;

/** Records that the visitor has asked a question. Returns false if that is recorded already. */
export const markAsked = async (sql: Queryable, uuid: string): Promise<boolean> => {
  const rows = await sql`
    update visits set has_asked = true where uuid = ${uuid} and not has_asked returning uuid`;
  return rows.length > 0;
};

export const setVisitState = async (
  sql: Queryable,
  uuid: string,
  state: VisitState,
): Promise<void> => {
  await sql`update visits set state = ${state} where uuid = ${uuid}`;
};

/** Returns the state of the session `s`, as commands print it. */
export const selectSessionState = (sql: Queryable) => sql`
  case when s.archived_at is not null then 'archived'
       when s.verified then 'complete' else 'pending' end`;

export const findSession = async (
  sql: Queryable,
  uuid: string,
): Promise<StoredSession | undefined> => {
  const [session] = await sql<StoredSession[]>`
    select name, email, locale,
           case when verified then 'complete' else 'pending' end as state
    from user_sessions where uuid = ${uuid}`;
  return session;
};

export interface NewSession {
  uuid: string;
  siteKey: string;
  name: string;
  email: string;
  locale: string | null;
  ipAddress: string | null;
  trainingGranted: boolean;
}

export const insertSession = async (sql: Queryable, session: NewSession): Promise<void> => {
  await sql`
    insert into user_sessions
      (uuid, site_key, name, email, locale, ip_address, consent_personal_data, consent_ai_training)
    values (${session.uuid}, ${session.siteKey}, ${session.name}, ${session.email},
            ${session.locale}, ${session.ipAddress}, true, ${session.trainingGranted})`;
};

export const setSessionName = async (sql: Queryable, uuid: string, name: string): Promise<void> => {
  await sql`
    update user_sessions set name = ${name}, updated_at = now()
    where uuid = ${uuid} and name <> ${name}`;
};

export const setSessionLocale = async (
  sql: Queryable,
  uuid: string,
  locale: string,
): Promise<void> => {
  await sql`
    update user_sessions set locale = ${locale}, updated_at = now()
    where uuid = ${uuid} and locale is distinct from ${locale}`;
};

export const setTrainingConsent = async (
  sql: Queryable,
  uuid: string,
  granted: boolean,
): Promise<void> => {
  await sql`
    update user_sessions set consent_ai_training = ${granted}, updated_at = now()
    where uuid = ${uuid}`;
};

/**
 * Marks the e-mail address as confirmed. `first` means that this completes the session; `changed`
 * means that a later confirmation has replaced the e-mail address.
 */
export const completeSession = async (
  sql: Queryable,
  uuid: string,
  email: string,
): Promise<{first: boolean; changed: boolean}> => {
  const [row] = await sql<{first: boolean; changed: boolean}[]>`
    update user_sessions set email = ${email}, verified = true,
      completed_at = coalesce(user_sessions.completed_at, now()), updated_at = now()
    from (select verified, email from user_sessions where uuid = ${uuid}) as before
    where uuid = ${uuid}
    returning not before.verified as first, before.verified and before.email <> ${email} as changed`;
  return row ?? {first: false, changed: false};
};

export const deleteSession = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`delete from user_sessions where uuid = ${uuid}`;
};

export const countFunnel = async (
  sql: Queryable,
  siteKey: string,
  counters: string[],
  by = 1,
): Promise<void> => {
  // In one order, because concurrent transactions lock the same rows.
  await sql`
    insert into funnel_daily (site_key, day, counter, count)
    select ${siteKey}, (now() at time zone 'utc')::date, counter, ${by}
    from unnest(${[...counters].sort()}::text[]) as counter
    on conflict (site_key, day, counter) do update set count = funnel_daily.count + excluded.count`;
};
