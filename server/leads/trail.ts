import type {LeadTrail, LeadTrailRow} from '../contract/owner-lead-trail.js';
import type {Queryable} from '../database/sql.js';

const PAGE = 100;

/** Events that no person causes. */
const SERVER_EVENTS = new Set(['session_archived', 'verification_expired', 'admin_notified']);

interface AuditRow {
  id: number;
  at: Date;
  type: string;
  metadata: Record<string, unknown>;
  accountId: string | null;
  accountName: string | null;
}

/** Returns a page of the audit rows of a lead. Accounts are named only with `namesAccounts`. */
export const readTrail = async (
  sql: Queryable,
  uuid: string,
  {after, namesAccounts}: {after: number; namesAccounts: boolean},
): Promise<LeadTrail> => {
  const rows = await sql<AuditRow[]>`
    select l.id::float8 as id, l.timestamp as at, l.event_type as type, l.metadata,
           a.id as "accountId", a.name as "accountName"
    from audit_logs l
    left join accounts a
      on l.metadata->>'by' = 'account' and a.id::text = l.metadata->>'account'
    where l.user_uuid = ${uuid} and l.id > ${String(after)}::bigint
    order by l.id limit ${PAGE + 1}`;
  const page = rows.slice(0, PAGE);
  return {
    rows: page.map((row) => toTrailRow(row, namesAccounts)),
    next: rows.length > PAGE ? (page.at(-1)?.id ?? null) : null,
  };
};

const toTrailRow = (
  {id, at, type, metadata: {by, account: _, ...metadata}, accountId, accountName}: AuditRow,
  namesAccounts: boolean,
): LeadTrailRow => ({
  id,
  at: at.toISOString(),
  type,
  by: toActor(type, by),
  account: namesAccounts && accountId ? {id: accountId, name: accountName} : null,
  metadata,
});

const toActor = (type: string, by: unknown): LeadTrailRow['by'] => {
  if (by === 'account' || by === 'operator') return by;
  return by === 'retention' || SERVER_EVENTS.has(type) ? 'server' : 'visitor';
};
