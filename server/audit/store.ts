import type {AuditEvent} from '../contract/event-names.js';
import {perPool} from '../database/per-pool.js';
import type {Queryable, Sql} from '../database/sql.js';
import {StatementBatcher} from '../database/statement-batcher.js';
import {isPartitionMissing, makeAuditPartitions} from './partitions.js';

/** Values to count or search. No names, e-mail or IP addresses, file names, tokens or texts. */
export type AuditMetadata = Record<string, string | number | boolean | null | string[]>;

export interface AuditEntry {
  event: AuditEvent;
  uuid?: string | null;
  site?: string | null;
  /** IP address in the form that `IP_MODE` allows to store. */
  ipAddress?: string | null;
  metadata?: AuditMetadata;
}

/**
 * Writes the audit rows of a change, inside the change's transaction. If the session was erased
 * while an entry waited in a queue, the entry's IP address is not stored.
 */
export const recordAudit = async (sql: Queryable, ...entries: AuditEntry[]): Promise<void> => {
  if (entries.length === 0) return;
  await sql`
    insert into audit_logs (event_type, user_uuid, site_key, ip_address, metadata)
    select event, uuid, site,
           case when (select v.state from visits v where v.uuid = given.uuid) in ('gone', 'erased')
                then null else ip_address end,
           metadata
    from ${auditEntriesCte(sql, entries)}`;
  countAuditRows(sql, entries);
};

/** Returns the entries as a row source named `given`, for a statement with its own condition. */
export const auditEntriesCte = (sql: Queryable, entries: AuditEntry[]) => sql`
  unnest(
    ${entries.map((entry) => entry.event)}::text[],
    ${entries.map((entry) => entry.uuid ?? null)}::uuid[],
    ${entries.map((entry) => entry.site ?? null)}::text[],
    ${entries.map((entry) => entry.ipAddress ?? null)}::inet[],
    ${entries.map((entry) => JSON.stringify(entry.metadata ?? {}))}::text[]::jsonb[]
  ) as given (event, uuid, site, ip_address, metadata)`;

const getCounts = perPool(() => new Map<AuditEvent, number>());

export const countAuditRows = (sql: Queryable, entries: AuditEntry[]): void => {
  const counts = getCounts(sql);
  for (const {event} of entries) counts.set(event, (counts.get(event) ?? 0) + 1);
};

/**
 * Returns the number of rows that were written over a pool, by event. Rows of the few transactions
 * that were rolled back are included: the metric shows volume and kind only.
 */
export const getAuditRowCounts = (pool: Sql): ReadonlyMap<AuditEvent, number> => getCounts(pool);

/** Returns the ids of the steps that a visitor has reached, as far as the audit log has them. */
export const listReachedSteps = async (sql: Queryable, uuid: string): Promise<string[]> => {
  const rows = await sql<{step: string}[]>`
    select metadata->>'step' as step from audit_logs
    where user_uuid = ${uuid} and event_type = 'step_reached'`;
  return rows.map(({step}) => step);
};

/** Writes the rows of attempts that change nothing, in batches. Responses wait for the commit. */
export class BatchedAuditWriter {
  private readonly batches: StatementBatcher<AuditEntry[]>;

  constructor(sql: Sql) {
    this.batches = new StatementBatcher<AuditEntry[]>({
      run: async (items) => {
        await withPartitionRetry(sql, () => recordAudit(sql, ...items.flat()));
        return items.map(() => undefined);
      },
    });
  }

  get queued(): number {
    return this.batches.queued;
  }

  record(...entries: AuditEntry[]): Promise<void> {
    return this.batches.add(entries);
  }
}

/** Creates a missing partition and writes again; otherwise every call would fail. */
export const withPartitionRetry = async <T>(sql: Sql, write: () => Promise<T>): Promise<T> => {
  try {
    return await write();
  } catch (error) {
    if (!isPartitionMissing(error)) throw error;
    await makeAuditPartitions(sql);
    return write();
  }
};

/**
 * Redacts the IP addresses of recently ended sessions again: a row may have been inserted while the
 * session's other rows were redacted.
 */
export const redactLateIpAddresses = async (sql: Sql): Promise<void> => {
  await sql`
    update audit_logs a set ip_address = null
    from (
      select distinct user_uuid from audit_logs
      where event_type in ('session_erased', 'session_reset', 'visit_abandoned')
        and timestamp > now() - interval '1 hour') ended
    join visits v on v.uuid = ended.user_uuid and v.state in ('gone', 'erased')
    where a.user_uuid = v.uuid and a.ip_address is not null`;
};
