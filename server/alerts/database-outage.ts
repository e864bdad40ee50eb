import type {Sql} from '../database/sql.js';
import {isStatementTimeout} from '../database/failure.js';
import {raiseAlert} from './alerts.js';

/** A single connection that was cut is no outage. */
const SHORTEST_MS = 1_000;

/** Remembers since when the database has not answered, and tells once it does. */
export class DatabaseOutage {
  private from: Date | undefined;
  private last: Date | undefined;
  private failedTurns = 0;

  constructor(private readonly now: () => Date = () => new Date()) {}

  /** A query found nobody. */
  record(error: unknown): void {
    // A query that took too long was answered, if only by a refusal.
    if (isStatementTimeout(error)) return;
    this.from ??= this.now();
    this.last = this.now();
  }

  /** The same, and a cleanup did not run for it. */
  stoppedCleanup(error: unknown): void {
    this.record(error);
    this.failedTurns++;
  }

  /** The database has answered. */
  async resolve(sql: Sql): Promise<void> {
    const {from, last, failedTurns} = this;
    if (!from || !last) return;
    if (last.getTime() - from.getTime() >= SHORTEST_MS) {
      const cleanup =
        failedTurns > 0 ? ` Cleanup was tried ${failedTurns} times and deleted nothing.` : '';
      await raiseAlert(sql, {
        cause: 'database_outage',
        code: 'unavailable',
        message:
          `The database did not answer from ${from.toISOString()} to ` +
          `${this.now().toISOString()}.${cleanup}`,
      });
    }
    // Only now: an alert that could not be queued is queued the next time.
    this.from = this.last = undefined;
    this.failedTurns = 0;
  }
}
