import type {SignedInAccount} from '../accounts/account.js';
import {MAX_LEAD_PAGE} from '../contract/owner-limits.js';
import {BulkLeads, BulkResult, LeadList, LeadQuery, SearchLeads} from '../contract/owner-leads.js';
import type {LeadFilter} from '../contract/owner-leads.js';
import type {Sql} from '../database/sql.js';
import type {App, Plugin} from '../http/app-type.js';
import {createRateLimit} from '../http/rate-limits.js';
import {disableTimeout} from '../http/request-timeout.js';
import {BODY_CODES, ownerResponses} from '../http/response-schemas.js';
import {READER, requireSites} from './access.js';
import {recordListing} from './audit-views.js';
import {changeLeads} from './bulk.js';
import type {LeadRouteDeps} from './deps.js';
import {readLeads, toApiLead} from './lead-rows.js';
import {findPage} from './list-store.js';
import type {LeadPlace} from './list-store.js';
import {readSelection, readTime} from './selection.js';

/** Registers the calls about many leads. */
export const listRoutes: Plugin<LeadRouteDeps> = async (app, deps) => {
  listLeadsRoute(app, deps);
  searchLeadsRoute(app, deps);
  changeLeadsRoute(app, deps);
};

const listLeadsRoute = (app: App, {config, sql}: LeadRouteDeps): void => {
  app.get(
    '',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      // The list is audited, but a HEAD request would return none.
      exposeHeadRoute: false,
      schema: {
        operationId: 'listLeads',
        summary: 'Lists leads, newest activity first',
        description:
          'A lead is a visit in which an e-mail address was submitted or the visitor wrote a message. Use `next` of one page as `after` of the next page.',
        querystring: LeadQuery,
        response: ownerResponses({200: LeadList}, ['not_found', 'role_required']),
      },
    },
    ({account, query: {files, after, limit, ...filter}}) =>
      listLeads(sql, account, {
        filter: {...filter, ...(files !== undefined && {files: files === 'true'})},
        after,
        limit: limit === undefined ? MAX_LEAD_PAGE : Number(limit),
      }),
  );
};

const searchLeadsRoute = (app: App, {config, sql}: LeadRouteDeps): void => {
  app.post(
    '/search',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'searchLeads',
        summary: 'Searches leads by name, e-mail address, file name and reference',
        description:
          'Changes nothing. The text is in the body, because URLs are logged. Letter case is ignored.',
        body: SearchLeads,
        response: ownerResponses({200: LeadList}, [...BODY_CODES, 'not_found', 'role_required']),
      },
    },
    ({account, body: {after, limit = MAX_LEAD_PAGE, ...filter}}) =>
      listLeads(sql, account, {filter, after, limit}),
  );
};

interface Page {
  filter: LeadFilter;
  after: string | undefined;
  limit: number;
}

const listLeads = async (
  sql: Sql,
  account: SignedInAccount,
  {filter: {site, ...filter}, after, limit}: Page,
): Promise<LeadList> => {
  const selection = readSelection(filter, requireSites(account, READER, site));
  const {places, counts} = await findPage(sql, selection, {
    after: after === undefined ? undefined : readPlace(after),
    // One more shows whether there is another page.
    limit: limit + 1,
  });
  const shown = places.slice(0, limit);
  const last = places.length > limit ? shown.at(-1) : undefined;
  const rows = await readLeads(
    sql,
    shown.map(({uuid}) => uuid),
  );
  await recordListing(sql, account.id, countBySite(rows));
  return {leads: rows.map(toApiLead), next: last ? writePlace(last) : null, counts};
};

const readPlace = (cursor: string): LeadPlace => {
  const [ms = '', uuid = ''] = cursor.split('.');
  return {uuid, lastActivityAt: readTime('after', Number(ms))};
};

const writePlace = ({uuid, lastActivityAt}: LeadPlace): string =>
  `${lastActivityAt.getTime()}.${uuid}`;

const countBySite = (rows: {site: string}[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const {site} of rows) counts.set(site, (counts.get(site) ?? 0) + 1);
  return counts;
};

const changeLeadsRoute = (app: App, {config, sql, onEnded}: LeadRouteDeps): void => {
  app.post(
    '/bulk',
    {
      bodyLimit: BULK_BODY_BYTES,
      // The erasure of a thousand leads lasts longer than a response should.
      config: {...createRateLimit(config.ratePerMinute, 'change'), disablesTimeout: 'later'},
      schema: {
        operationId: 'changeLeads',
        summary: 'Marks or erases the selected leads',
        description:
          'Nothing is changed if the number of selected leads is not `expect`. Only owners can erase.',
        body: BulkLeads,
        response: ownerResponses({200: BulkResult}, [
          ...BODY_CODES,
          'not_found',
          'role_required',
          'selection_changed',
        ]),
      },
    },
    async (request, reply) => {
      disableTimeout(request, reply);
      try {
        return {changed: await changeLeads(sql, request.account, request.body)};
      } finally {
        if (request.body.action === 'erase') onEnded();
      }
    },
  );
};

/** Room for the UUIDs of a thousand leads. */
const BULK_BODY_BYTES = 64 * 1024;
