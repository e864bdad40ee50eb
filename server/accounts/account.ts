import {includesRole} from '../contract/owner.js';
import type {Role} from '../contract/owner.js';
import {NotFound, RoleRequired} from '../errors.js';

/** Account of a request, with its role at each of its sites. */
export interface SignedInAccount {
  id: string;
  email: string;
  name: string | null;
  locale: string | null;
  /** Id of the session whose cookie the request has. */
  sessionId: string;
  roles: ReadonlyMap<string, Role>;
}

/** Returns the keys of the sites at which the account has the role, or a higher one. */
export const listSitesWithRole = (
  {roles}: Pick<SignedInAccount, 'roles'>,
  required: Role,
): string[] => [...roles].filter(([, role]) => includesRole(role, required)).map(([key]) => key);

/**
 * Requires a role of the account at a site. Throws `NotFound` if the account is not at the site, as
 * for a site that does not exist.
 */
export const requireRole = ({roles}: SignedInAccount, siteKey: string, required: Role): void => {
  const role = roles.get(siteKey);
  if (!role) throw new NotFound();
  if (!includesRole(role, required)) throw new RoleRequired();
};
