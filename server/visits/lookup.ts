import {withPartitionRetry} from '../audit/store.js';
import type {Sql} from '../database/sql.js';
import {StatementBatcher} from '../database/shared-statement.js';
import {findVisits, findVisitsOrRecord} from './store.js';
import type {Claim, Visit, VisitTimes} from './store.js';

/** Looks visits up for requests: those that ask in the same moment share one statement. */
export class Visits {
  private readonly lookUps: StatementBatcher<string, Visit | undefined>;
  private readonly claims: StatementBatcher<Claim, Visit | undefined>;

  constructor(sql: Sql, times: VisitTimes) {
    this.lookUps = new StatementBatcher({run: (uuids) => findVisits(sql, uuids, times)});
    this.claims = new StatementBatcher({
      run: (claims) => withPartitionRetry(sql, () => findVisitsOrRecord(sql, claims, times)),
    });
  }

  /** Claims that no statement has taken yet. */
  get queued(): number {
    return this.claims.queued;
  }

  /** By a UUID in lower case. */
  find(uuid: string): Promise<Visit | undefined> {
    return this.lookUps.add(uuid);
  }

  /** The visit of a UUID; if nobody has it, the claim is in the trail when this answers. */
  findOrRecord(claim: Claim): Promise<Visit | undefined> {
    return this.claims.add(claim);
  }
}
