import type {Actor} from '../audit/actor.js';
import type {Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {endVisit, eraseSession} from '../sessions/end.js';

/**
 * Erases a session, or ends an unfinished visit. The reaper deletes the objects later. Returns
 * false if it was erased before.
 */
export const eraseVisit = (
  sql: Sql,
  {uuid, siteKey}: {uuid: string; siteKey: string},
  by: Actor,
): Promise<boolean> =>
  transaction(sql, async (tx) => {
    const [visit] = await tx<{state: string}[]>`
      select state from visits where uuid = ${uuid} for update`;
    if (visit?.state === 'open') {
      await endVisit(tx, {uuid, siteKey, ipAddress: null}, 'discarded', by);
    }
    if (visit?.state === 'session') await eraseSession(tx, {uuid, siteKey}, by);
    return visit?.state === 'open' || visit?.state === 'session';
  });
