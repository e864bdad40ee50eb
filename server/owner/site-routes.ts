import {requireRole} from '../accounts/account.js';
import type {SignedInAccount} from '../accounts/account.js';
import {describeAccount} from '../accounts/store.js';
import type {Config} from '../config/config.js';
import {OwnerSite, OwnerSites, SiteParams} from '../contract/owner-sites.js';
import type {Role} from '../contract/owner.js';
import type {SiteConfig} from '../contract/sites.js';
import type {Queryable, Sql} from '../database/sql.js';
import {NotFound} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {createRateLimit} from '../http/rate-limits.js';
import {ownerResponses} from '../http/response-schemas.js';
import {wasOpened} from '../sites/funnel.js';
import {readLoaderRelease} from '../sites/install.js';
import {listOrigins} from '../sites/seen-origins.js';
import {findSite} from '../sites/store.js';
import type {Site} from '../sites/store.js';
import {describeSite} from './describe-site.js';

export interface OwnerSiteDeps {
  config: Config;
  sql: Sql;
  getPublicConfig: (site: Site) => SiteConfig;
}

/** Adds the routes that show the sites of the account. */
export const ownerSiteRoutes: Plugin<OwnerSiteDeps> = async (app, deps) => {
  listSitesRoute(app, deps);
  showSiteRoute(app, deps);
};

/** Returns a site of the account. Throws `NotFound` or `RoleRequired`. */
export const requireOwnSite = async (
  sql: Queryable,
  {account, key, role}: {account: SignedInAccount; key: string; role: Role},
): Promise<Site> => {
  requireRole(account, key, role);
  const site = await findSite(sql, key);
  if (!site) throw new NotFound();
  return site;
};

const listSitesRoute = (app: App, {config, sql}: OwnerSiteDeps): void => {
  app.get(
    '',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      schema: {
        operationId: 'listOwnerSites',
        summary: 'Lists the sites of the account',
        description: 'Sites that the operator has disabled are left out.',
        response: ownerResponses({200: OwnerSites}),
      },
    },
    async ({account}) => {
      const {sites} = await describeAccount(sql, account);
      return {sites};
    },
  );
};

const showSiteRoute = (app: App, {config, sql, getPublicConfig}: OwnerSiteDeps): void => {
  const {publicUrl, ratePerMinute} = config;
  const release = readLoaderRelease();
  app.get(
    '/:key',
    {
      config: createRateLimit(ratePerMinute, 'read'),
      schema: {
        operationId: 'showOwnerSite',
        summary: 'Shows a site with its snippet, origins, limits and texts',
        description: 'Needs the role `agent`. Commands on the server change the settings.',
        params: SiteParams,
        response: ownerResponses({200: OwnerSite}, ['role_required', 'not_found']),
      },
    },
    async ({account, params: {key}}) => {
      const site = await requireOwnSite(sql, {account, key, role: 'agent'});
      return describeSite(site, {
        role: account.roles.get(key) as Role,
        ...{publicUrl, release},
        origins: await listOrigins(sql, key),
        wasOpened: await wasOpened(sql, key),
        config: getPublicConfig(site),
      });
    },
  );
};
