import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {CorrectLead, CorrectedLead, LeadUuid} from '../contract/owner-lead.js';
import {ResendResponse} from '../contract/sessions.js';
import {retryAfterConflict} from '../database/errors.js';
import type {Transaction} from '../database/sql.js';
import {repeatableTransaction} from '../database/transaction.js';
import {Erased, NotFound} from '../errors.js';
import {notifyAfterCommit} from '../events/notify.js';
import type {App, Plugin} from '../http/app-type.js';
import {createRateLimit} from '../http/rate-limits.js';
import {BODY_CODES, ownerResponses} from '../http/response-schemas.js';
import {eraseVisit} from '../privacy/erase.js';
import {correctSession, lockSession} from '../privacy/rectify.js';
import type {CorrectionOutcome} from '../privacy/rectify.js';
import type {LockedSession} from '../privacy/rectify.js';
import {readEmail, readName} from '../sessions/contact.js';
import {resendConfirmation} from '../sessions/resend.js';
import {EDITOR, READER, findVisitOfLead, requireLead} from './access.js';
import type {LeadKey} from './access.js';
import type {LeadRouteDeps} from './deps.js';
import {LEAD_CODES} from './lead-routes.js';
import {describeLead} from './lead-store.js';
import {markLeads} from './mark.js';

/** Registers the calls that change one lead. */
export const leadChangeRoutes: Plugin<LeadRouteDeps> = async (app, deps) => {
  correctLeadRoute(app, deps);
  resendRoute(app, deps);
  eraseLeadRoute(app, deps);
};

const correctLeadRoute = (app: App, deps: LeadRouteDeps): void => {
  const {config, sql} = deps;
  app.patch(
    '/:uuid',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'changeLead',
        summary: 'Marks a lead, or corrects its name or e-mail address',
        description:
          'Only owners can correct. A new e-mail address takes effect when the visitor confirms it; until then the lead keeps the old one.',
        params: LeadUuid,
        body: CorrectLead,
        response: ownerResponses({200: CorrectedLead}, [
          ...LEAD_CODES,
          ...BODY_CODES,
          'invalid_email',
          'invalid_name',
        ]),
      },
    },
    async (request) => {
      const {account, params, body} = request;
      const corrects = body.name !== undefined || body.email !== undefined;
      const role = corrects ? EDITOR : READER;
      const key = await requireLead(sql, account, {...params, role});
      const name = body.name === undefined ? undefined : readName(body.name);
      const email = body.email === undefined ? undefined : readEmail(body.email);
      const {status} = body;
      const {lead, isStopped} = await change(deps, async (tx) => {
        let outcome: CorrectionOutcome;
        if (corrects) {
          const session = await requireSession(tx, deps, key);
          outcome = await correctSession(tx, deps, session, {
            ...{name, email},
            answers: {},
            ...createSender(request, key),
          });
          notifyAfterCommit(tx, key.uuid);
        }
        if (status) await markLeads(tx, [key], {status, account: account.id});
        const lead = await describeLead(tx, config, key.uuid);
        return {lead, isStopped: outcome === 'stopped'};
      });
      if (!lead) throw new Erased();
      if (email !== undefined) deps.onMail();
      return {lead, link_stopped: isStopped};
    },
  );
};

const resendRoute = (app: App, deps: LeadRouteDeps): void => {
  const {config, sql} = deps;
  app.post(
    '/:uuid/verification',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'resendLeadConfirmation',
        summary: 'Sends the visitor a new confirmation link',
        description:
          'At most once a minute and five times a day for one lead, together with the visitor’s own requests.',
        params: LeadUuid,
        response: ownerResponses({202: ResendResponse}, [...LEAD_CODES, ...BODY_CODES]),
      },
    },
    async (request, reply) => {
      const {account, params} = request;
      const key = await requireLead(sql, account, {...params, role: READER});
      const delayed = await change(deps, async (tx) => {
        const {session, ...caller} = await requireSession(tx, deps, key);
        return resendConfirmation(tx, deps, caller, {session, ...createSender(request, key)});
      });
      deps.onMail();
      return reply.code(202).send({delayed});
    },
  );
};

const eraseLeadRoute = (app: App, deps: LeadRouteDeps): void => {
  const {config, sql} = deps;
  app.delete(
    '/:uuid',
    {
      config: createRateLimit(config.ratePerMinute, 'change'),
      schema: {
        operationId: 'eraseLead',
        summary: 'Erases a lead with its files and messages; a repeated call succeeds',
        description:
          'The UUID, the wording of the consents and the audit log remain. Objects that cannot be deleted immediately are deleted by cleanup.',
        params: LeadUuid,
        response: ownerResponses({204: Type.Null({description: 'Erased.'})}, [
          ...BODY_CODES,
          'not_found',
          'role_required',
        ]),
      },
    },
    async ({account, params}, reply) => {
      const lead = await findVisitOfLead(sql, account, {...params, role: EDITOR});
      if (lead.isLead) {
        await retryAfterConflict(() => eraseVisit(sql, lead, {account: account.id}));
        deps.onEnded();
      }
      return reply.code(204).send(null);
    },
  );
};

const change = <T>({sql}: LeadRouteDeps, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  repeatableTransaction(sql, work);

const requireSession = async (
  tx: Transaction,
  {config}: LeadRouteDeps,
  {uuid}: LeadKey,
): Promise<LockedSession> => {
  const session = await lockSession(tx, config, uuid);
  if (session) return session;
  throw new NotFound(
    'The lead has no e-mail address. Expected a lead whose visitor has submitted one. Wait for it.',
  );
};

/** Returns who causes an e-mail. Each lead has its own limit: one account may correct many leads. */
const createSender = ({account}: FastifyRequest, {uuid}: LeadKey) => ({
  by: {account: account.id},
  client: `account ${uuid}`,
});
