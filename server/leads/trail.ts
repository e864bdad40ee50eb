import {toTrailFile} from '../audit/trail-file.js';
import type {AuditEvent} from '../contract/event-names.js';
import type {LeadTrail, LeadTrailRow} from '../contract/owner-lead-trail.js';
import type {Queryable} from '../database/sql.js';

const PAGE = 100;

/** Events that no person causes. */
const SERVER_EVENTS = new Set<AuditEvent>([
  ...(['session_archived', 'visit_abandoned', 'verification_expired', 'admin_notified'] as const),
  ...(['file_deletion_error', 'orphan_cleanup', 'error'] as const),
]);

interface AuditRow {
  id: number;
  at: Date;
  type: AuditEvent;
  metadata: Record<string, unknown>;
  account: LeadTrailRow['account'];
  /** Null if the file was deleted. */
  fileName: string | null;
}

/** Returns a page of the audit rows of a lead. Accounts are named only with `namesAccounts`. */
export const readTrail = async (
  sql: Queryable,
  uuid: string,
  {after, namesAccounts}: {after: number; namesAccounts: boolean},
): Promise<LeadTrail> => {
  const rows = await sql<AuditRow[]>`
    select l.id::float8 as id, l.timestamp as at, l.event_type as type, l.metadata,
           case when a.id is not null
                then json_build_object('id', a.id, 'name', a.name, 'email', a.email) end as account,
           f.file_name as "fileName"
    from audit_logs l
    left join accounts a
      on l.metadata->>'by' = 'account' and a.id::text = l.metadata->>'account'
    left join file_uploads f
      on f.session_uuid = l.user_uuid and f.id::text = l.metadata->>'file_id' and f.state = 'stored'
    where l.user_uuid = ${uuid} and l.id > ${String(after)}::bigint
    order by l.id limit ${PAGE + 1}`;
  const page = rows.slice(0, PAGE);
  return {
    rows: page.map((row) => toTrailRow(row, namesAccounts)),
    next: rows.length > PAGE ? (page.at(-1)?.id ?? null) : null,
  };
};

const toTrailRow = (
  {id, at, type, metadata: {by, account: _, ...metadata}, account, fileName}: AuditRow,
  namesAccounts: boolean,
): LeadTrailRow => ({
  id,
  at: at.toISOString(),
  type,
  by: toActor(type, by),
  account: namesAccounts ? account : null,
  file: toTrailFile(metadata, fileName),
  metadata,
});

const toActor = (type: AuditEvent, by: unknown): LeadTrailRow['by'] => {
  if (by === 'account' || by === 'operator') return by;
  return by === 'retention' || SERVER_EVENTS.has(type) ? 'server' : 'visitor';
};
