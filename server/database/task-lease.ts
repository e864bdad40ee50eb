import {randomUUID} from 'node:crypto';

import type {Sql} from './sql.js';

const TASK_LEASE = '5 minutes';

interface Task {
  name: string;
  /** Pause between two runs, as an interval for PostgreSQL. */
  cooldown: string;
}

/** Progress of an earlier run that was not finished, and the database's time as text. */
export interface AcquiredLease<Progress> {
  progress: Partial<Progress>;
  now: string;
}

/** Lease of a task that only one process can run at a time. Its owner must renew it. */
export class TaskLease<Progress extends object = object> {
  /** Id of this owner. It no longer matches after another process has taken over. */
  private readonly owner = randomUUID();

  constructor(
    private readonly sql: Sql,
    private readonly task: Task,
  ) {}

  /**
   * Claims the task. Returns undefined if another process has it, or if it is neither due nor
   * forced.
   */
  async acquire({force = false} = {}): Promise<AcquiredLease<Progress> | undefined> {
    const {name} = this.task;
    await this.sql`insert into tasks (name) values (${name}) on conflict (name) do nothing`;
    const [lease] = await this.sql<AcquiredLease<Progress>[]>`
      update tasks set leased_until = now() + ${TASK_LEASE}::interval,
        progress = coalesce(progress, '{}') || jsonb_build_object('owner', ${this.owner}::text)
      where name = ${name} and (${force} or next_run_at <= now())
        and (leased_until is null or leased_until < now())
      returning progress - 'owner' as progress, now()::text as now`;
    return lease;
  }

  /** Renews the lease and saves the progress. Returns false if another process has taken over. */
  async renew(progress: Partial<Progress> = {}): Promise<boolean> {
    const rows = await this.sql`
      update tasks set leased_until = now() + ${TASK_LEASE}::interval,
                       progress = ${this.toJson(progress)}::text::jsonb
      where ${this.ownsTask()} returning name`;
    return rows.length > 0;
  }

  /** Releases the lease and saves the progress for the next run. */
  async pause(progress: Partial<Progress>): Promise<void> {
    await this.sql`
      update tasks set leased_until = null, progress = ${this.toJson(progress)}::text::jsonb
      where ${this.ownsTask()}`;
  }

  /** Ends the run and deletes the progress. */
  async finish(): Promise<void> {
    await this.sql`
      update tasks set leased_until = null, progress = null,
                       next_run_at = now() + ${this.task.cooldown}::interval
      where ${this.ownsTask()}`;
  }

  private ownsTask() {
    return this.sql`name = ${this.task.name} and progress->>'owner' = ${this.owner}`;
  }

  private toJson(progress: Partial<Progress>): string {
    return JSON.stringify({...progress, owner: this.owner});
  }
}
