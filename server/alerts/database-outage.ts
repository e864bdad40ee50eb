import type {Sql} from '../database/sql.js';
import {isStatementTimeout} from '../database/errors.js';
import {formatCount} from '../text/count.js';
import {raiseAlert} from './alerts.js';

/** A shorter failure, such as one lost connection, is not an outage. */
const MIN_OUTAGE_MS = 1_000;

/** Records since when the database has been unavailable, and raises an alert when it is back. */
export class DatabaseOutage {
  private from: Date | undefined;
  private last: Date | undefined;
  private failedRuns = 0;

  constructor(private readonly now: () => Date = () => new Date()) {}

  /** Records a failed query. */
  record(error: unknown): void {
    // A statement timeout is a response of the database, and so is not an outage.
    if (isStatementTimeout(error)) return;
    this.from ??= this.now();
    this.last = this.now();
  }

  /** Records a failed query that stopped a cleanup run. */
  recordStoppedCleanup(error: unknown): void {
    this.record(error);
    this.failedRuns++;
  }

  /** Raises the alert about a recorded outage, after a query has succeeded. */
  async resolve(sql: Sql): Promise<void> {
    const {from, last, failedRuns} = this;
    if (!from || !last) return;
    if (last.getTime() - from.getTime() >= MIN_OUTAGE_MS) {
      const cleanup =
        failedRuns > 0
          ? ` Cleanup failed ${formatCount(failedRuns, 'time')} and deleted nothing more.`
          : '';
      await raiseAlert(sql, {
        cause: 'database_outage',
        code: 'unavailable',
        message:
          `The database was unavailable from ${from.toISOString()} to ` +
          `${this.now().toISOString()}.${cleanup}`,
      });
    }
    // Reset only now, so that an alert that could not be queued is queued the next time.
    this.from = this.last = undefined;
    this.failedRuns = 0;
  }
}
