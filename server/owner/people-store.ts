import {isNew} from '../accounts/invitations.js';
import {beganWith, isInSession} from '../accounts/session-store.js';
import {MAX_PEOPLE_PER_SITE} from '../contract/owner-people.js';
import type {Role} from '../contract/owner.js';
import {one} from '../database/one.js';
import type {Queryable} from '../database/sql.js';

export interface Member {
  id: string;
  email: string;
  name: string | null;
  role: Role;
  /** Whether the person has signed in since the role. Before, only the e-mail address is shown. */
  hasJoined: boolean;
  since: Date;
  lastSeenAt: Date | null;
  /** Open invitation to the site. */
  invitation: OpenInvitation | null;
}

export interface OpenInvitation {
  id: string;
  keyId: string;
  expiresAt: Date;
  /**
   * Whether the person who invites can have the link, too. They must not if the account has signed
   * in before or is at another site: the link would let them act as that person there.
   */
  isShareable: boolean;
}

/** Row of a member with its open invitation. Without one, `linkId` is null. */
type ListedMember = Omit<Member, 'invitation'> &
  Omit<OpenInvitation, 'id'> & {linkId: string | null};

/**
 * Locks the people of a site, so that two changes run one after the other. Returns false if the site
 * was removed.
 */
export const lockPeople = async (sql: Queryable, siteKey: string): Promise<boolean> => {
  const rows = await sql`
    select from sites where key = ${siteKey} and removed_at is null for no key update`;
  return rows.length > 0;
};

/**
 * Whether the account `a` has signed in, or acted at the site, since its membership `m` began. Sessions
 * are deleted later.
 */
export const hasJoined = (sql: Queryable) => sql`
  (coalesce(a.joined_at >= m.created_at, false)
   or exists (select from account_sessions s where s.account_id = a.id and ${beganWith(sql)})
   or exists (select from audit_logs l
              where l.site_key = m.site_key and l.metadata ? 'account'
                and l.metadata->>'account' = a.id::text and l.timestamp >= m.created_at)
   or exists (select from audit_logs l
              where l.site_key is null and l.event_type = 'signed_in' and l.metadata ? 'account'
                and l.metadata->>'account' = a.id::text and l.timestamp >= m.created_at))`;

/** Returns the members of a site by name, then those who have not signed in; or only one of them. */
export const listMembers = async (
  sql: Queryable,
  siteKey: string,
  accountId: string | null = null,
): Promise<Member[]> => {
  const rows = await sql<ListedMember[]>`
    select a.id, a.email, case when has_joined then a.name end as name, m.role,
           has_joined as "hasJoined", m.created_at as since,
           (select max(s.last_seen_at) from account_sessions s
            where has_joined and s.account_id = a.id and ${isInSession(sql)}
              and s.last_seen_at >= m.created_at) as "lastSeenAt",
           l.id as "linkId", l.key_id as "keyId", l.expires_at as "expiresAt",
           ${isNew(sql, siteKey)} as "isShareable"
    from memberships m join accounts a on a.id = m.account_id
    cross join lateral (select ${hasJoined(sql)} as has_joined) j
    left join lateral (
      select id, key_id, expires_at from sign_in_links l
      where not has_joined and l.account_id = a.id and l.site_key = m.site_key
        and l.purpose = 'invitation' and l.used_at is null and l.voided_at is null and l.expires_at > now()
      order by l.created_at desc limit 1) l on true
    where m.site_key = ${siteKey} and (${accountId}::uuid is null or a.id = ${accountId}::uuid)
    order by not has_joined, lower(coalesce(case when has_joined then a.name end, a.email)), a.id
    limit ${MAX_PEOPLE_PER_SITE}`;
  return rows.map(({linkId, keyId, expiresAt, isShareable, ...member}) => ({
    ...member,
    invitation: linkId === null ? null : {id: linkId, keyId, expiresAt, isShareable},
  }));
};

/** Returns whether the person with this e-mail address has signed in at the site. */
export const isMember = async (
  sql: Queryable,
  siteKey: string,
  email: string,
): Promise<boolean> => {
  const rows = await sql`
    select from memberships m join accounts a on a.id = m.account_id
    where m.site_key = ${siteKey} and lower(a.email) = lower(${email}) and ${hasJoined(sql)}`;
  return rows.length > 0;
};

/** Returns the number of people of a site without the person with this e-mail address. */
export const countOthers = async (
  sql: Queryable,
  siteKey: string,
  email: string,
): Promise<number> => {
  const rows = await sql<{count: number}[]>`
    select count(*)::int as count from memberships m join accounts a on a.id = m.account_id
    where m.site_key = ${siteKey} and lower(a.email) <> lower(${email})`;
  return one(rows).count;
};

/** Returns the number of invitations that accounts of a site have sent within a day. */
export const countInvitations = async (sql: Queryable, siteKey: string): Promise<number> => {
  const rows = await sql<{count: number}[]>`
    select count(*)::int as count from audit_logs
    where site_key = ${siteKey} and event_type = 'account_invited' and metadata ? 'account'
      and timestamp > now() - interval '1 day'`;
  return one(rows).count;
};
