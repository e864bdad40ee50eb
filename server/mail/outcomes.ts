import {recordAudit} from '../audit/store.js';
import type {Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {deleteJobs, releaseJobs} from '../jobs/queue.js';

/**
 * Outcomes of claimed jobs. They stay in memory while the database is down, and are written later.
 * If the process is killed first, the lease expires and the e-mail is sent again.
 */
export class Outcomes {
  /** Jobs whose e-mail was sent. They must not be sent again. */
  private readonly sent = new Set<string>();
  /** Jobs that were claimed and not sent. */
  private readonly unsent = new Set<string>();

  constructor(private readonly sql: Sql) {}

  isSent(id: string): boolean {
    return this.sent.has(id);
  }

  /** Deletes a job whose e-mail was sent. */
  async finish(id: string): Promise<void> {
    this.sent.add(id);
    await finishJobs(this.sql, [id]);
    this.sent.delete(id);
  }

  /** Notes that the database went down during this job. */
  postpone(id: string): void {
    if (!this.isSent(id)) this.unsent.add(id);
  }

  /** Writes the outcomes that could not be written while the database was down. */
  async flush(): Promise<void> {
    for (const [ids, write] of [
      [this.sent, finishJobs],
      [this.unsent, releaseJobs],
    ] as const) {
      const pending = [...ids];
      if (pending.length === 0) continue;
      await write(this.sql, pending);
      for (const id of pending) ids.delete(id);
    }
  }
}

/** Deletes jobs that were sent. Records an audit event for each alert that was sent. */
const finishJobs = (sql: Sql, ids: string[]) =>
  transaction(sql, async (tx) => {
    const jobs = await deleteJobs(tx, ids);
    const notified = jobs.flatMap((job) => {
      if (job.template !== 'alert') return [];
      const {uuid, cause, code, count = 1} = job;
      return [{event: 'admin_notified' as const, uuid, metadata: {cause, code, count}}];
    });
    await recordAudit(tx, ...notified);
  });
