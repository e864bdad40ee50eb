import {setTimeout as sleep} from 'node:timers/promises';

import postgres from 'postgres';
import type {ReservedSql, Sql} from 'postgres';
import type {Test} from 'tap';

import type {TestServer} from './start-server.js';

const POLL_INTERVAL_MS = 2;
const WAIT_MS = 60_000;

/** Connections of the test that keep locks until other connections wait for them. */
export class Locks {
  private constructor(private readonly sql: Sql) {}

  static open(t: Test, {config}: TestServer): Locks {
    const sql = postgres(config.databaseUrl ?? '', {max: 3, onnotice: () => undefined});
    t.teardown(() => sql.end({timeout: 1}));
    return new Locks(sql);
  }

  /** Locks this visit against changes and other locks. */
  holdVisit(uuid: string): Promise<HeldLock> {
    return this.hold((sql) => sql`select from visits where uuid = ${uuid} for update`);
  }

  /** Locks this table against writes. */
  holdTable(table: string): Promise<HeldLock> {
    return this.hold((sql) => sql`lock table ${sql(table)} in share mode`);
  }

  /** Runs a statement and keeps its transaction open, with its locks and its invisible changes. */
  async hold(take: (sql: ReservedSql) => Promise<unknown>): Promise<HeldLock> {
    const held = await this.sql.reserve();
    await held`begin`;
    await take(held);
    return new HeldLock(held, this.sql);
  }
}

export class HeldLock {
  constructor(
    private readonly held: ReservedSql,
    private readonly sql: Sql,
  ) {}

  /** Waits until `count` connections wait for a lock with a statement like this. */
  async untilWaiting(count: number, statement: string): Promise<void> {
    const end = Date.now() + WAIT_MS;
    for (;;) {
      const rows = await this.sql`
        select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
          and query like ${`%${statement}%`}`;
      if (rows.length >= count) return;
      if (Date.now() > end)
        throw new Error(`Only ${rows.length} connections wait with "${statement}".`);
      await sleep(POLL_INTERVAL_MS);
    }
  }

  async release(): Promise<void> {
    await this.held`rollback`;
    this.held.release();
  }

  async commit(): Promise<void> {
    await this.held`commit`;
    this.held.release();
  }
}
