import {createHmac} from 'node:crypto';

import type {Queryable, Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';

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

interface Charge {
  budget: Budget;
  key: Buffer;
  max: number;
  window: string;
}

/** Outlasts every session, so that the budget of a session never restarts. */
const SESSION_WINDOW = '400 days';

/**
 * Limits the turns that responders receive. All replicas share the counts, which stay exact under
 * concurrency.
 */
export class Budgets {
  constructor(
    private readonly hashKey: Buffer,
    private readonly limits: BudgetLimits = BUDGETS,
  ) {}

  /** Returns the sender's network as a hash, which may be stored. */
  hashClient(network: string): Buffer {
    return this.hash('client', network);
  }

  /** Consumes one unit of each budget, or of none. Returns the exhausted budget, if any. */
  async consume(
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
    const clientKey = Buffer.from(client);
    const charges: Charge[] = [
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
      {budget: 'client', key: clientKey, max: perClientHour, window: '1 hour'},
      {budget: 'day', key: this.hash('day', siteKey), max: perDay ?? perSiteDay, window: '1 day'},
    ];
    // All transactions lock the rows in this order, so that they cannot deadlock. The site's row
    // comes last, because the turns of all its sessions wait for it.
    try {
      await transaction(sql, async (tx) => {
        for (const charge of charges)
          if (!(await chargeOne(tx, charge))) throw new BudgetExhausted(charge.budget);
      });
      return undefined;
    } catch (error) {
      if (error instanceof BudgetExhausted) return error.budget;
      throw error;
    }
  }

  /**
   * Returns when the owner's next mail about this session can be sent: now, or after the pause.
   * Undefined if a queued mail will already report the message.
   */
  async getNextOwnerMailTime(tx: Queryable, uuid: string): Promise<Date | undefined> {
    const queuedMails = await tx`
      select from jobs where session_uuid = ${uuid} and kind = 'mail' and state = 'queued'
        and payload->>'template' = 'message' and attempts = 0`;
    if (queuedMails.length > 0) return undefined;
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

class BudgetExhausted extends Error {
  constructor(readonly budget: Budget) {
    super(budget);
  }
}

const chargeOne = async (tx: Queryable, {key, max, window}: Charge): Promise<boolean> => {
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
