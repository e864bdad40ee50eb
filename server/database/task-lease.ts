import {randomUUID} from 'node:crypto';

import type {Sql} from './sql.js';

const LEASE = '5 minutes';

interface Task {
  name: string;
  /** How long after its end it is due again, for PostgreSQL. */
  cooldown: string;
}

/** What an earlier run has left to go on from, and the time by the database's clock, as text. */
export interface AcquiredLease<Progress> {
  progress: Partial<Progress>;
  now: string;
}

/** The right to do what one process at a time may do, for as long as it is kept up. */
export class TaskLease<Progress extends object = object> {
  /** Nobody else has it, not even a process that took over where this one froze. */
  private readonly owner = randomUUID();

  constructor(
    private readonly sql: Sql,
    private readonly task: Task,
  ) {}

  /** Undefined while another process has it, or when it is not due yet and not forced. */
  async take({force = false} = {}): Promise<AcquiredLease<Progress> | undefined> {
    const {name} = this.task;
    await this.sql`insert into tasks (name) values (${name}) on conflict (name) do nothing`;
    const [taken] = await this.sql<AcquiredLease<Progress>[]>`
      update tasks set leased_until = now() + ${LEASE}::interval,
        progress = coalesce(progress, '{}') || jsonb_build_object('owner', ${this.owner}::text)
      where name = ${name} and (${force} or next_run_at <= now())
        and (leased_until is null or leased_until < now())
      returning progress - 'owner' as progress, now()::text as now`;
    return taken;
  }

  /** Keeps the lease and the place. Answers false when another process has taken over. */
  async keep(progress: Partial<Progress> = {}): Promise<boolean> {
    const rows = await this.sql`
      update tasks set leased_until = now() + ${LEASE}::interval,
                       progress = ${this.stored(progress)}::text::jsonb
      where ${this.isOurs()} returning name`;
    return rows.length > 0;
  }

  /** Leaves the place to whoever comes next. */
  async pause(progress: Partial<Progress>): Promise<void> {
    await this.sql`
      update tasks set leased_until = null, progress = ${this.stored(progress)}::text::jsonb
      where ${this.isOurs()}`;
  }

  /** Ends the run, with nothing left to go on from. */
  async finish(): Promise<void> {
    await this.sql`
      update tasks set leased_until = null, progress = null,
                       next_run_at = now() + ${this.task.cooldown}::interval
      where ${this.isOurs()}`;
  }

  private isOurs() {
    return this.sql`name = ${this.task.name} and progress->>'owner' = ${this.owner}`;
  }

  private stored(progress: Partial<Progress>): string {
    return JSON.stringify({...progress, owner: this.owner});
  }
}
