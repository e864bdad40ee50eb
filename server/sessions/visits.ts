import type {Sql} from '../database/connect.js';
import {SharedStatement} from '../database/shared-statement.js';
import {findVisits} from './store.js';
import type {Visit, VisitTimes} from './store.js';

/** Looks visits up for requests: those that ask in the same moment share one statement. */
export class Visits {
  private readonly lookUps: SharedStatement<string, Visit | undefined>;

  constructor(sql: Sql, times: VisitTimes) {
    this.lookUps = new SharedStatement({run: (uuids) => findVisits(sql, uuids, times)});
  }

  /** By a UUID in lower case. */
  find(uuid: string): Promise<Visit | undefined> {
    return this.lookUps.add(uuid);
  }
}
