import {listAnswers, toApiAnswers} from '../answers/store.js';
import {toActorMetadata} from '../audit/actor.js';
import {recordAudit} from '../audit/store.js';
import {MAX_MESSAGE_PAGE} from '../contract/limits.js';
import {MessageQuery} from '../contract/messages.js';
import {LeadTrail, LeadTrailQuery} from '../contract/owner-lead-trail.js';
import {LeadConsents, LeadMessages, LeadPage, LeadUuid} from '../contract/owner-lead.js';
import {includesRole} from '../contract/owner.js';
import {Erased} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {createRateLimit} from '../http/rate-limits.js';
import {ownerResponses} from '../http/response-schemas.js';
import {createArchive} from '../privacy/archive.js';
import {Archive, requireStore} from '../privacy/routes.js';
import {EDITOR, READER, findVisitOfLead, requireLead} from './access.js';
import {recordView} from './audit-views.js';
import type {LeadRouteDeps} from './deps.js';
import {sendExport} from './send-export.js';
import type {ExportLimit} from './send-export.js';
import {listLeadFiles, toLeadFile} from './file-store.js';
import {describeLead, listLeadConsents, listLeadMessages} from './lead-store.js';
import {readTrail} from './trail.js';

/** Error codes of each call about one lead. */
export const LEAD_CODES = ['not_found', 'role_required', 'erased'] as const;

/** Registers the calls that read one lead. */
export const leadRoutes: Plugin<LeadRouteDeps & {exportLimit: ExportLimit}> = async (app, deps) => {
  readLeadRoute(app, deps);
  listMessagesRoute(app, deps);
  listConsentsRoute(app, deps);
  readTrailRoute(app, deps);
  exportLeadRoute(app, deps);
};

const readLeadRoute = (app: App, {config, sql}: LeadRouteDeps): void => {
  app.get(
    '/:uuid',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      // Each opening is audited, but a HEAD request would return no lead.
      exposeHeadRoute: false,
      schema: {
        operationId: 'getLead',
        summary: 'Returns a lead with its consents, files and answers',
        description:
          'The opening is recorded in the audit log, once in half an hour for each account. The visitor’s export contains its time.',
        params: LeadUuid,
        response: ownerResponses({200: LeadPage}, [...LEAD_CODES]),
      },
    },
    async ({account, params}) => {
      const key = await requireLead(sql, account, {...params, role: READER});
      await recordView(sql, key, {account: account.id, event: 'lead_viewed'});
      const [lead, consents, files, answers] = await Promise.all([
        describeLead(sql, config, key.uuid),
        listLeadConsents(sql, key.uuid),
        listLeadFiles(sql, key.uuid),
        listAnswers(sql, key.uuid),
      ]);
      if (!lead) throw new Erased();
      return {lead, consents, files: files.map(toLeadFile), answers: toApiAnswers(answers)};
    },
  );
};

const listMessagesRoute = (app: App, {config, sql}: LeadRouteDeps): void => {
  app.get(
    '/:uuid/messages',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      exposeHeadRoute: false,
      schema: {
        operationId: 'listLeadMessages',
        summary: 'Lists the messages of a lead, page by page',
        description:
          'Use `next` of one page as `after` of the next page. Counts as an opening of the lead.',
        params: LeadUuid,
        querystring: MessageQuery,
        response: ownerResponses({200: LeadMessages}, [...LEAD_CODES]),
      },
    },
    async ({account, params, query}) => {
      const key = await requireLead(sql, account, {...params, role: READER});
      await recordView(sql, key, {account: account.id, event: 'lead_viewed'});
      const after = Number(query.after ?? 0);
      const asked = Number(query.limit ?? MAX_MESSAGE_PAGE);
      const limit = Math.min(Math.max(asked, 1), MAX_MESSAGE_PAGE);
      const messages = await listLeadMessages(sql, key.uuid, {after, limit});
      return {messages, next: messages.at(-1)?.id ?? after};
    },
  );
};

const listConsentsRoute = (app: App, {config, sql}: LeadRouteDeps): void => {
  app.get(
    '/:uuid/consents',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      schema: {
        operationId: 'listLeadConsents',
        summary: 'Lists the consents of a lead, also of an erased lead',
        description: 'The consents of an erased lead stay as proof, without personal data.',
        params: LeadUuid,
        response: ownerResponses({200: LeadConsents}, ['not_found', 'role_required']),
      },
    },
    async ({account, params}) => {
      const {uuid} = await findVisitOfLead(sql, account, {...params, role: READER});
      return {consents: await listLeadConsents(sql, uuid)};
    },
  );
};

const readTrailRoute = (app: App, {config, sql}: LeadRouteDeps): void => {
  app.get(
    '/:uuid/trail',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      schema: {
        operationId: 'getLeadTrail',
        summary: 'Lists what the audit log contains about a lead, also about an erased lead',
        description: 'At most 100 rows. They contain no personal data and no IP address.',
        params: LeadUuid,
        querystring: LeadTrailQuery,
        response: ownerResponses({200: LeadTrail}, ['not_found', 'role_required']),
      },
    },
    async ({account, params, query}) => {
      const {uuid, siteKey} = await findVisitOfLead(sql, account, {...params, role: READER});
      const role = account.roles.get(siteKey);
      const namesAccounts = role !== undefined && includesRole(role, EDITOR);
      return readTrail(sql, uuid, {after: Number(query.after ?? 0), namesAccounts});
    },
  );
};

const exportLeadRoute = (app: App, deps: LeadRouteDeps & {exportLimit: ExportLimit}): void => {
  const {config, sql, objects} = deps;
  app.get(
    '/:uuid/export',
    {
      // The transfer may last as long as the client reads fast enough.
      config: {...createRateLimit(config.ratePerMinute, 'read'), disablesTimeout: 'later'},
      exposeHeadRoute: false,
      schema: {
        operationId: 'exportLead',
        summary: 'Everything stored about a lead, with its files, as a ZIP',
        description:
          'Contains what the visitor’s own export contains. The server closes the connection if the store fails, or if the client reads less than 8 KiB/s for a minute.',
        params: LeadUuid,
        response: ownerResponses({200: Archive}, [...LEAD_CODES, 'busy']),
      },
    },
    async (request, reply) => {
      const {account, params} = request;
      const {uuid, siteKey: site} = await requireLead(sql, account, {...params, role: READER});
      return sendExport(deps, {request, reply}, async () => {
        await requireStore(sql, objects, uuid);
        const metadata = toActorMetadata({account: account.id});
        await recordAudit(sql, {event: 'data_exported', uuid, site, metadata});
        return {
          name: `maria-${uuid}.zip`,
          type: 'application/zip',
          create: (signal) => createArchive(deps, {uuids: [uuid], hasFolders: false}, signal),
        };
      });
    },
  );
};
