import {CommandFailed, createUsageError} from '../command/command.js';
import type {Queryable} from '../database/sql.js';
import {readUuid} from '../text/uuid.js';
import {parseEmail} from '../text/email.js';
import {findUnconfirmedEmail} from '../sessions/verification-store.js';
import {selectSessionState} from '../visits/store.js';

export interface FoundSession {
  uuid: string;
  siteKey: string;
  /** State of the session, as `maria sessions` prints it; without a session, that of the visit. */
  state: string;
}

export interface SessionSelector {
  uuid?: string | undefined;
  email?: string | undefined;
}

/** Returns the session of a UUID, or all sessions of an e-mail address. Throws if there is none. */
export const findSessions = async (
  sql: Queryable,
  {uuid, email}: SessionSelector,
  {mayBeNone = false} = {},
): Promise<FoundSession[]> => {
  if ((uuid === undefined) === (email === undefined)) {
    throw createUsageError('Pass --uuid or --email, and not both.');
  }
  const found =
    uuid === undefined ? await findByEmail(sql, email ?? '') : await findByUuid(sql, uuid);
  if (found.length > 0 || mayBeNone) return found;
  throw new CommandFailed(
    `There is no session with this ${uuid ? 'UUID' : 'e-mail address'}. List the sessions with: maria sessions`,
  );
};

const findByUuid = (sql: Queryable, given: string): Promise<FoundSession[]> => {
  const uuid = readUuid(given);
  if (!uuid)
    throw createUsageError(
      `Invalid --uuid "${given}". Pass the whole UUID. Find it with: maria sessions --reference REFERENCE`,
    );
  return sql<FoundSession[]>`
    select v.uuid, v.site_key as "siteKey",
           case when s.uuid is null then v.state else ${selectSessionState(sql)} end as state
    from visits v left join user_sessions s on s.uuid = v.uuid where v.uuid = ${uuid}`;
};

/** Finds sessions, also pending and archived ones. Ignores letter case of the e-mail address. */
const findByEmail = async (sql: Queryable, given: string): Promise<FoundSession[]> => {
  const email = parseEmail(given);
  if (!email)
    throw createUsageError(
      'Invalid --email. Pass one plain e-mail address, such as anna@example.com.',
    );
  const found = await sql<(FoundSession & {isSessionEmail: boolean})[]>`
    select v.uuid, v.site_key as "siteKey", ${selectSessionState(sql)} as state,
           lower(s.email) = lower(${email}) as "isSessionEmail"
    from (
      -- Not one condition with "or", which no index supports.
      select uuid from user_sessions where lower(email) = lower(${email})
      union
      select session_uuid from email_verifications where lower(address) = lower(${email})) found
    join user_sessions s on s.uuid = found.uuid
    join visits v on v.uuid = s.uuid
    order by s.id`;
  const matching: FoundSession[] = [];
  for (const {isSessionEmail, ...session} of found) {
    if (isSessionEmail || (await isWaitingFor(sql, session, email))) matching.push(session);
  }
  return matching;
};

/** Returns whether the session waits for the confirmation of this e-mail address. */
const isWaitingFor = async (sql: Queryable, {uuid}: FoundSession, email: string) =>
  (await findUnconfirmedEmail(sql, uuid))?.toLowerCase() === email.toLowerCase();

/**
 * Counts the links to an e-mail address, also in sessions that have another e-mail address by now.
 * Such sessions belong to other people and are not erased.
 */
export const countLinksTo = async (sql: Queryable, email: string): Promise<number> => {
  const rows = await sql`
    select from email_verifications where lower(address) = lower(${parseEmail(email) ?? ''})`;
  return rows.length;
};

export const deleteLinksTo = async (sql: Queryable, email: string): Promise<number> => {
  const rows = await sql`
    delete from email_verifications where lower(address) = lower(${parseEmail(email) ?? ''})
    returning id`;
  return rows.length;
};
