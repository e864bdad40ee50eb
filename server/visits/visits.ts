import {withPartitionRetry} from '../audit/store.js';
import type {Sql} from '../database/sql.js';
import {StatementBatcher} from '../database/statement-batcher.js';
import {findVisits, findVisitsOrRecord} from './store.js';
import type {Claim, Visit, VisitTimes} from './store.js';

/** Finds visits for requests; concurrent requests share one statement. */
export class Visits {
  private readonly lookUps: StatementBatcher<string, Visit | undefined>;
  private readonly claims: StatementBatcher<Claim, Visit | undefined>;

  constructor(sql: Sql, times: VisitTimes) {
    this.lookUps = new StatementBatcher({run: (uuids) => findVisits(sql, uuids, times)});
    this.claims = new StatementBatcher({
      run: (claims) => withPartitionRetry(sql, () => findVisitsOrRecord(sql, claims, times)),
    });
  }

  /** Number of claims that wait for a statement. */
  get queued(): number {
    return this.claims.queued;
  }

  /** Returns the visit of a UUID in lower case. */
  find(uuid: string): Promise<Visit | undefined> {
    return this.lookUps.add(uuid);
  }

  /**
   * Returns the visit of a UUID. If there is none, the claim is in the audit log when the promise
   * resolves.
   */
  findOrRecord(claim: Claim): Promise<Visit | undefined> {
    return this.claims.add(claim);
  }
}
