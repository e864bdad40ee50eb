import {CommandFailed, usageError} from '../command/command.js';
import type {Queryable} from '../database/sql.js';
import {readUuid} from '../text/uuid.js';
import {strictEmail} from '../text/email.js';
import {unconfirmedAddress} from '../sessions/verification-store.js';

export interface FoundSession {
  uuid: string;
  siteKey: string;
  state: string;
}

export interface SessionSelector {
  uuid?: string | undefined;
  email?: string | undefined;
}

/** Whom a command is about: one UUID, or every session of one address. Throws when there is none. */
export const findSessions = async (
  sql: Queryable,
  {uuid, email}: SessionSelector,
  {mayBeNone = false} = {},
): Promise<FoundSession[]> => {
  if ((uuid === undefined) === (email === undefined)) {
    throw usageError('Say whom it is about: either --uuid or --email.');
  }
  const found = uuid === undefined ? await byEmail(sql, email ?? '') : await byUuid(sql, uuid);
  if (found.length > 0 || mayBeNone) return found;
  throw new CommandFailed(`There is no session with this ${uuid ? 'UUID' : 'e-mail address'}.`);
};

const byUuid = (sql: Queryable, given: string): Promise<FoundSession[]> => {
  const uuid = readUuid(given);
  if (!uuid) throw usageError(`--uuid takes a version-4 UUID, but is "${given}".`);
  return sql<FoundSession[]>`
    select uuid, site_key as "siteKey", state from visits where uuid = ${uuid}`;
};

/** Also sessions that are pending or archived, whatever the case of the address. */
const byEmail = async (sql: Queryable, given: string): Promise<FoundSession[]> => {
  const email = strictEmail(given);
  if (!email) throw usageError('--email takes one plain e-mail address such as anna@example.com.');
  const found = await sql<(FoundSession & {isItsAddress: boolean})[]>`
    select v.uuid, v.site_key as "siteKey", v.state, lower(s.email) = lower(${email}) as "isItsAddress"
    from (
      -- Not joined by "or": no index would serve that.
      select uuid from user_sessions where lower(email) = lower(${email})
      union
      select session_uuid from email_verifications where lower(address) = lower(${email})) found
    join user_sessions s on s.uuid = found.uuid
    join visits v on v.uuid = s.uuid
    order by s.id`;
  const theirs: FoundSession[] = [];
  for (const {isItsAddress, ...session} of found) {
    if (isItsAddress || (await isWaitingFor(sql, session, email))) theirs.push(session);
  }
  return theirs;
};

/** Whether the session is to have this address once it is confirmed. */
const isWaitingFor = async (sql: Queryable, {uuid}: FoundSession, email: string) =>
  (await unconfirmedAddress(sql, uuid))?.toLowerCase() === email.toLowerCase();

/**
 * Links to an address that none of its sessions has any more: a change that was taken back, an
 * address that was replaced. The sessions they belong to are somebody's own and stay.
 */
export const countLinksTo = async (sql: Queryable, email: string): Promise<number> => {
  const rows = await sql`
    select from email_verifications where lower(address) = lower(${strictEmail(email) ?? ''})`;
  return rows.length;
};

export const deleteLinksTo = async (sql: Queryable, email: string): Promise<number> => {
  const rows = await sql`
    delete from email_verifications where lower(address) = lower(${strictEmail(email) ?? ''})
    returning id`;
  return rows.length;
};
