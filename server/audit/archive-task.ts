import {randomUUID} from 'node:crypto';

import type {Sql} from '../database/connect.js';

const LEASE = '5 minutes';
/** A folder that is full or away is tried again this much later. */
const PAUSE = '10 minutes';
const TASK = 'audit_archive';

/** The right to archive, for as long as it is kept up. */
export class ArchiveLease {
  /** Nobody else has it, not even a process that took over where this one froze. */
  private readonly owner = randomUUID();

  constructor(private readonly sql: Sql) {}

  /** Answers false while another process has it, or after a failure that is not long ago. */
  async take(): Promise<boolean> {
    await this.sql`insert into tasks (name) values (${TASK}) on conflict (name) do nothing`;
    const rows = await this.sql`
      update tasks set leased_until = now() + ${LEASE}::interval,
                       progress = jsonb_build_object('owner', ${this.owner}::text)
      where name = ${TASK} and next_run_at <= now()
        and (leased_until is null or leased_until < now())
      returning name`;
    return rows.length > 0;
  }

  /** Answers false when another process has taken over. */
  async keep(): Promise<boolean> {
    const rows = await this.sql`
      update tasks set leased_until = now() + ${LEASE}::interval
      where ${this.isOurs()} returning name`;
    return rows.length > 0;
  }

  async finish(): Promise<void> {
    await this.sql`
      update tasks set leased_until = null, progress = null,
                       next_run_at = now() + ${PAUSE}::interval
      where ${this.isOurs()}`;
  }

  private isOurs() {
    return this.sql`name = ${TASK} and progress->>'owner' = ${this.owner}`;
  }
}
