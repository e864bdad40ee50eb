import {listSitesWithRole, requireRole} from '../accounts/account.js';
import type {SignedInAccount} from '../accounts/account.js';
import type {Role} from '../contract/owner.js';
import type {Queryable} from '../database/sql.js';
import {Erased, NotFound, RoleRequired} from '../errors.js';
import {findErasure} from './erasure.js';

/** Role that reads leads and files, and marks leads. */
export const READER: Role = 'agent';
/** Role that also corrects, erases and exports many leads. */
export const EDITOR: Role = 'owner';

/** Lead to which an account has access. */
export interface LeadKey {
  uuid: string;
  siteKey: string;
}

/**
 * Returns the keys of the sites at which the account has a role; with `site`, only this one. Throws
 * `NotFound` for a site of other accounts, and `RoleRequired` if no site is left.
 */
export const requireSites = (account: SignedInAccount, role: Role, site?: string): string[] => {
  if (site !== undefined) {
    requireRole(account, site, role);
    return [site];
  }
  const keys = listSitesWithRole(account, role);
  if (keys.length === 0) throw new RoleRequired();
  return keys;
};

/**
 * Returns the lead of a UUID. Throws `NotFound` for a lead of another site, as for an unknown UUID,
 * and `Erased` if only its tombstone is left.
 */
export const requireLead = async (
  sql: Queryable,
  account: SignedInAccount,
  {uuid, role}: {uuid: string; role: Role},
): Promise<LeadKey> => {
  const found = await findVisitOfLead(sql, account, {uuid, role});
  if (found.isLead) return found;
  throw new Erased(undefined, {erasure: await findErasure(sql, found.uuid)});
};

/** Like `requireLead`, but also returns the visit of a lead that was erased. */
export const findVisitOfLead = async (
  sql: Queryable,
  account: SignedInAccount,
  {uuid: given, role}: {uuid: string; role: Role},
): Promise<LeadKey & {isLead: boolean}> => {
  const uuid = given.toLowerCase();
  const [found] = await sql<{siteKey: string; isLead: boolean; hasEnded: boolean}[]>`
    select v.site_key as "siteKey",
           l.session_uuid is not null and v.state in ('open', 'session') as "isLead",
           v.state in ('purging', 'gone', 'erased') as "hasEnded"
    from visits v left join leads l on l.session_uuid = v.uuid
    where v.uuid = ${uuid} and v.site_key = any(${[...account.roles.keys()]}::text[])`;
  if (!found?.isLead && !found?.hasEnded) throw createNoSuchLead();
  requireRole(account, found.siteKey, role);
  return {uuid, siteKey: found.siteKey, isLead: found.isLead};
};

const createNoSuchLead = () =>
  new NotFound(
    'There is no lead with this UUID. Expected a UUID from GET /api/owner/leads. Read the list again.',
  );
