import type {AuditEvent} from '../contract/event-names.js';
import type {Queryable, Sql} from '../database/sql.js';
import {StatementBatcher} from '../database/shared-statement.js';
import {isPartitionMissing, makeAuditPartitions} from './partitions.js';

/** Only what can be counted or looked up: no name, address, file name, token or text of a visitor. */
export type AuditMetadata = Record<string, string | number | boolean | null | string[]>;

export interface AuditEntry {
  event: AuditEvent;
  uuid?: string | null;
  site?: string | null;
  /** Already cut to what may be stored. */
  address?: string | null;
  metadata?: AuditMetadata;
}

/**
 * Writes rows that belong to a change, inside that change's transaction. An entry can have waited
 * in a queue while its session was erased: then its address stays out.
 */
export const recordAudit = async (sql: Queryable, ...entries: AuditEntry[]): Promise<void> => {
  if (entries.length === 0) return;
  await sql`
    insert into audit_logs (event_type, user_uuid, site_key, ip_address, metadata)
    select event, uuid, site,
           case when (select v.state from visits v where v.uuid = given.uuid) in ('gone', 'erased')
                then null else address end,
           metadata
    from ${auditEntriesCte(sql, entries)}`;
  countWritten(entries);
};

/** Entries as rows `given` of a statement, for a store that writes them under a condition of its own. */
export const auditEntriesCte = (sql: Queryable, entries: AuditEntry[]) => sql`
  unnest(
    ${entries.map((entry) => entry.event)}::text[],
    ${entries.map((entry) => entry.uuid ?? null)}::uuid[],
    ${entries.map((entry) => entry.site ?? null)}::text[],
    ${entries.map((entry) => entry.address ?? null)}::inet[],
    ${entries.map((entry) => JSON.stringify(entry.metadata ?? {}))}::text[]::jsonb[]
  ) as given (event, uuid, site, address, metadata)`;

export const countWritten = (entries: AuditEntry[]): void => {
  for (const {event} of entries) written.set(event, (written.get(event) ?? 0) + 1);
};

const written = new Map<AuditEvent, number>();

/**
 * Rows that this process wrote, by event. With those of transactions that were rolled back, which
 * are few: what it is for is to see how much comes, and of what kind.
 */
export const writtenEvents = (): ReadonlyMap<AuditEvent, number> => written;

/** Attempts that change nothing: written in batches, and the answer waits for the commit. */
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

/** A month that nobody made ahead is made now, rather than that every call fails. */
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
 * Forgets addresses of sessions that ended lately once more: a row can have been on its way while
 * the session's other rows forgot theirs.
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
