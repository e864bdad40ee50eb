import {requireRole} from '../accounts/account.js';
import {toTrailFile} from '../audit/trail-file.js';
import type {Config} from '../config/config.js';
import {SiteParams} from '../contract/owner-sites.js';
import {MAX_TRAIL_PAGE, TrailPage, TrailQuery} from '../contract/owner-trail.js';
import type {TrailRow} from '../contract/owner-trail.js';
import type {Sql} from '../database/sql.js';
import type {Plugin} from '../http/app-type.js';
import {createRateLimit} from '../http/rate-limits.js';
import {ownerResponses} from '../http/response-schemas.js';
import {findTrail} from './trail-store.js';
import type {FoundRow} from './trail-store.js';

export interface TrailRouteDeps {
  config: Config;
  sql: Sql;
}

/** Adds the route for what accounts did at a site. */
export const ownerTrailRoute: Plugin<TrailRouteDeps> = async (app, {config, sql}) => {
  app.get(
    '/:key/trail',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      schema: {
        operationId: 'readSiteTrail',
        summary: 'Lists what accounts did at a site',
        description:
          'Needs the role `owner`. Contains sign-ins of the members since they joined the site.',
        params: SiteParams,
        querystring: TrailQuery,
        response: ownerResponses({200: TrailPage}, ['role_required', 'not_found']),
      },
    },
    async ({account, params: {key}, query}) => {
      requireRole(account, key, 'owner');
      const {type, account: of, after} = query;
      const limit = Math.min(Math.max(Number(query.limit ?? MAX_TRAIL_PAGE), 1), MAX_TRAIL_PAGE);
      const found = await findTrail(sql, {
        ...{siteKey: key, type, account: of?.toLowerCase(), after},
        limit: limit + 1,
      });
      const rows = found.slice(0, limit).map(describeRow);
      return {rows, next: found.length > limit ? (rows.at(-1)?.id ?? null) : null};
    },
  );
};

const describeRow = (row: FoundRow): TrailRow => {
  const {id, at, type, accountId, name, email, person, lead, fileName, metadata} = row;
  return {
    id,
    at: at.toISOString(),
    event_type: type,
    account: accountId === null ? null : {id: accountId, name, email},
    person,
    lead,
    file: toTrailFile(metadata, fileName),
    metadata,
  };
};
