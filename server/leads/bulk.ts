import {requireRole} from '../accounts/account.js';
import type {SignedInAccount} from '../accounts/account.js';
import {MAX_BULK_LEADS} from '../contract/owner-limits.js';
import type {BulkLeads} from '../contract/owner-leads.js';
import type {Role} from '../contract/owner.js';
import {retryAfterConflict} from '../database/errors.js';
import type {Queryable, Sql} from '../database/sql.js';
import {repeatableTransaction} from '../database/transaction.js';
import {SelectionChanged} from '../errors.js';
import {eraseVisit} from '../privacy/erase.js';
import {EDITOR, READER, requireSites} from './access.js';
import type {LeadKey} from './access.js';
import {markLeads} from './mark.js';
import {fromChoice, requireChoice} from './selection.js';

/** Number of leads that are erased concurrently. Each uses a connection. */
const ERASE_BATCH = 4;

/**
 * Marks or erases the leads of a request. Throws `SelectionChanged` if their number is not the
 * expected one. Returns the number of leads that have changed.
 */
export const changeLeads = async (
  sql: Sql,
  account: SignedInAccount,
  request: BulkLeads,
): Promise<number> => {
  if (request.action === 'erase') {
    const leads = await select(sql, account, request, EDITOR);
    return eraseLeads(sql, leads, account.id);
  }
  const {action: status} = request;
  return repeatableTransaction(sql, async (tx) => {
    const leads = await select(tx, account, request, READER);
    return markLeads(tx, leads, {status, account: account.id});
  });
};

const select = async (
  sql: Queryable,
  account: SignedInAccount,
  {expect, ...choice}: BulkLeads,
  role: Role,
): Promise<LeadKey[]> => {
  requireChoice(choice);
  const siteKeys = requireSites(account, READER, choice.filter?.site);
  const leads = await sql<LeadKey[]>`
    select l.session_uuid as uuid, l.site_key as "siteKey" ${fromChoice(sql, choice, siteKeys)}
    limit ${MAX_BULK_LEADS + 1} ${role === READER ? sql`for update of l` : sql``}`;
  if (leads.length !== expect) throw new SelectionChanged();
  for (const siteKey of new Set(leads.map((lead) => lead.siteKey)))
    requireRole(account, siteKey, role);
  return leads;
};

/** Erases as many leads as possible. Throws only if no lead could be erased. */
const eraseLeads = async (sql: Sql, leads: LeadKey[], account: string): Promise<number> => {
  const erase = (lead: LeadKey) => retryAfterConflict(() => eraseVisit(sql, lead, {account}));
  let erased = 0;
  for (let i = 0; i < leads.length; i += ERASE_BATCH) {
    const done = await Promise.allSettled(leads.slice(i, i + ERASE_BATCH).map(erase));
    erased += done.filter((one) => one.status === 'fulfilled' && one.value).length;
    const failed = done.filter((one) => one.status === 'rejected');
    // The database is probably down.
    if (failed.length < done.length) continue;
    if (erased === 0) throw failed[0]?.reason;
    break;
  }
  return erased;
};
