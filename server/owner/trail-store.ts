import type {Queryable} from '../database/sql.js';
import type {AuditMetadata} from '../audit/store.js';
import type {TrailRow} from '../contract/owner-trail.js';
import {hasJoined} from './people-store.js';

export interface TrailFilter {
  siteKey: string;
  type: string | undefined;
  account: string | undefined;
  /** Id of the last row of the page before. */
  after: string | undefined;
  limit: number;
}

export interface FoundRow {
  id: string;
  at: Date;
  type: string;
  /** Null for a command of the operator. */
  accountId: string | null;
  name: string | null;
  email: string | null;
  /** Person who was invited or changed. */
  person: TrailRow['person'];
  lead: string | null;
  /** Null if the file was deleted. */
  fileName: string | null;
  metadata: AuditMetadata;
}

/** Events of accounts that belong to no site. They are shown at each site of the account. */
const EVENTS_OF_ACCOUNT = ['signed_in', 'signed_out'];

/** Whether the session of the sign-out `a` began during the membership `m`. */
const beganHere = (sql: Queryable) => sql`
  exists (select from audit_logs i
          where i.site_key is null and i.event_type = 'signed_in' and i.metadata ? 'account'
            and i.metadata->>'account' = m.account_id::text and i.timestamp >= m.created_at
            and coalesce(i.metadata->>'session' = a.metadata->>'session', true))`;

/**
 * Returns what accounts did at a site, latest first: acts at the site, and sign-ins of its members
 * since they joined.
 */
export const findTrail = (sql: Queryable, filter: TrailFilter): Promise<FoundRow[]> => {
  const {siteKey, type, account, after, limit} = filter;
  const isWanted = sql`
    a.metadata ? 'account'
    and (${type ?? null}::text is null or a.event_type = ${type ?? null})
    and (${account ?? null}::text is null or a.metadata->>'account' = ${account ?? null})
    and (${after ?? null}::bigint is null or a.id < ${after ?? null}::bigint)`;
  const columns = sql`a.id, a.timestamp, a.event_type, a.user_uuid, a.metadata`;
  return sql<FoundRow[]>`
    select found.id::text, found.timestamp as at, found.event_type as type,
           found.metadata->>'account' as "accountId",
           case when m.account_id is null or ${hasJoined(sql)} then a.name end as name,
           a.email,
           case when p.id is not null
                then json_build_object('id', p.id, 'email', p.email) end as person,
           found.user_uuid as lead, f.file_name as "fileName", found.metadata
    from (
      (select ${columns} from audit_logs a
       where a.site_key = ${siteKey} and ${isWanted} order by a.id desc limit ${limit})
      union all
      (select ${columns} from memberships m
       cross join lateral (
         select ${columns} from audit_logs a
         where a.site_key is null and a.metadata->>'account' = m.account_id::text
           and a.event_type = any(${EVENTS_OF_ACCOUNT}) and a.timestamp >= m.created_at and ${isWanted}
           and (a.event_type = 'signed_in' or ${beganHere(sql)})
         order by a.id desc limit ${limit}) a
       where m.site_key = ${siteKey})
    ) found
    left join accounts a on a.id::text = found.metadata->>'account'
    left join memberships m on m.account_id = a.id and m.site_key = ${siteKey}
    left join accounts p
      on p.id::text = coalesce(found.metadata->>'invited', found.metadata->>'changed')
    left join file_uploads f
      on f.session_uuid = found.user_uuid and f.id::text = found.metadata->>'file_id'
        and f.state = 'stored'
    order by found.id desc limit ${limit}`;
};
