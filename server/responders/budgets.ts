import {createHmac} from 'node:crypto';

import type {Queryable, Sql} from '../database/sql.js';

export interface BudgetLimits {
  perSession: number;
  perSessionMinute: number;
  perClientHour: number;
  perSiteDay: number;
}

export const BUDGETS: BudgetLimits = {
  perSession: 30,
  perSessionMinute: 10,
  perClientHour: 60,
  perSiteDay: 1_000,
};

export type Budget = 'session' | 'minute' | 'client' | 'day';

interface Wanted {
  budget: Budget;
  key: Buffer;
  max: number;
  window: string;
}

/** A session has ended long before its own budget is forgotten. */
const SESSION_WINDOW = '400 days';

/** How much may be asked of responders: one count for all replicas, exact when many ask at once. */
export class Budgets {
  constructor(
    private readonly hashKey: Buffer,
    private readonly limits: BudgetLimits = BUDGETS,
  ) {}

  /** Who sent a message, as it may be stored. */
  hashClient(network: string): Buffer {
    return this.hash('client', network);
  }

  /** Takes one from each budget, or from none. Answers which one is used up. */
  async take(
    sql: Sql,
    {
      uuid,
      client,
      siteKey,
      perDay,
    }: {
      uuid: string;
      client: Uint8Array;
      siteKey: string;
      perDay: number | undefined;
    },
  ): Promise<Budget | undefined> {
    const {perSession, perSessionMinute, perClientHour, perSiteDay} = this.limits;
    const from = Buffer.from(client);
    const wanted: Wanted[] = [
      {
        budget: 'session',
        key: this.hash('session', uuid),
        max: perSession,
        window: SESSION_WINDOW,
      },
      {
        budget: 'minute',
        key: this.hash('minute', uuid),
        max: perSessionMinute,
        window: '1 minute',
      },
      {budget: 'client', key: from, max: perClientHour, window: '1 hour'},
      {budget: 'day', key: this.hash('day', siteKey), max: perDay ?? perSiteDay, window: '1 day'},
    ];
    // In one order for all, and the site's last, which everybody wants.
    try {
      await sql.begin(async (tx) => {
        for (const one of wanted) if (!(await takeOne(tx, one))) throw new UsedUp(one.budget);
      });
      return undefined;
    } catch (error) {
      if (error instanceof UsedUp) return error.budget;
      throw error;
    }
  }

  /**
   * When the owner may next be told of this session, for whom one mail in a while is enough: now,
   * or later. Undefined when a mail that waits tells of it already.
   */
  async ownerMailAt(tx: Queryable, uuid: string): Promise<Date | undefined> {
    const waits = await tx`
      select from jobs where session_uuid = ${uuid} and kind = 'mail' and state = 'queued'
        and payload->>'template' = 'message' and attempts = 0`;
    if (waits.length > 0) return undefined;
    const [row] = await tx<{at: Date}[]>`
      insert into responder_budgets as old (key, used, resets_at)
      values (${this.hash('mail', uuid)}, 1, now() + ${OWNER_MAIL_PAUSE}::interval)
      on conflict (key) do update set
        resets_at = greatest(old.resets_at, now()) + ${OWNER_MAIL_PAUSE}::interval
      returning resets_at - ${OWNER_MAIL_PAUSE}::interval as at`;
    return row?.at;
  }

  private hash(kind: string, value: string): Buffer {
    return createHmac('sha256', this.hashKey).update(`${kind} ${value}`).digest();
  }
}

const OWNER_MAIL_PAUSE = '10 minutes';

class UsedUp extends Error {
  constructor(readonly budget: Budget) {
    super(budget);
  }
}

const takeOne = async (tx: Queryable, {key, max, window}: Wanted): Promise<boolean> => {
  const [row] = await tx<{used: number}[]>`
    insert into responder_budgets as old (key, used, resets_at)
    values (${key}, 1, now() + ${window}::interval)
    on conflict (key) do update set
      used = case when old.resets_at <= now() then 1 else old.used + 1 end,
      resets_at = case when old.resets_at <= now() then excluded.resets_at else old.resets_at end
    returning used`;
  return (row?.used ?? Infinity) <= max;
};

export const deleteOldBudgets = async (sql: Sql, limit: number): Promise<number> => {
  const rows = await sql`
    delete from responder_budgets where key in (
      select key from responder_budgets where resets_at < now()
      limit ${limit} for update skip locked)
    returning 1`;
  return rows.length;
};
