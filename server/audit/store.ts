import type {AuditEvent} from '../contract/event-names.js';
import type {Queryable, Sql} from '../database/connect.js';
import {GroupCommit} from '../database/group-commit.js';

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

/** Writes rows that belong to a change, inside that change's transaction. */
export const recordAudit = async (sql: Queryable, ...entries: AuditEntry[]): Promise<void> => {
  if (entries.length === 0) return;
  await sql`
    insert into audit_logs (event_type, user_uuid, site_key, ip_address, metadata)
    select event, uuid, site, address, metadata
    from unnest(
      ${entries.map((entry) => entry.event)}::text[],
      ${entries.map((entry) => entry.uuid ?? null)}::uuid[],
      ${entries.map((entry) => entry.site ?? null)}::text[],
      ${entries.map((entry) => entry.address ?? null)}::inet[],
      ${entries.map((entry) => JSON.stringify(entry.metadata ?? {}))}::text[]::jsonb[]
    ) as given (event, uuid, site, address, metadata)`;
};

/** Attempts that change nothing: written in batches, and the answer waits for the commit. */
export class AuditAttempts {
  private readonly batches: GroupCommit<AuditEntry[]>;

  constructor(sql: Sql) {
    this.batches = new GroupCommit<AuditEntry[]>({
      write: async (items) => {
        await recordAudit(sql, ...items.flat());
        return items.map(() => undefined);
      },
    });
  }

  record(...entries: AuditEntry[]): Promise<void> {
    return this.batches.add(entries);
  }
}
