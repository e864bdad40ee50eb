import type {Erasure} from '../contract/common.js';
import type {Queryable} from '../database/sql.js';

/** Returns when and by whom a lead was erased. Both are null if the audit log no longer has it. */
export const findErasure = async (sql: Queryable, uuid: string): Promise<Erasure> => {
  const [row] = await sql<{at: Date; by: Erasure['by']}[]>`
    select timestamp as at,
           coalesce(metadata->>'by',
                    case metadata->>'cause' when 'discarded' then 'visitor' else 'retention' end) as by
    from audit_logs
    where user_uuid = ${uuid}
      and event_type in ('session_erased', 'session_reset', 'visit_abandoned')
    order by timestamp desc limit 1`;
  return {at: row?.at.toISOString() ?? null, by: row?.by ?? null};
};
