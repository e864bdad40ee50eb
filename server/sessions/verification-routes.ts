import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import type {Queryable, Sql, Transaction} from '../database/sql.js';
import {recordEvents} from '../events/store.js';
import {transaction} from '../database/transaction.js';
import {BODY_CODES, responseSchemas, pageText} from '../http/response-schemas.js';
import type {Plugin} from '../http/app-type.js';
import {acceptEmptyForms} from '../http/empty-form.js';
import {createRateLimit} from '../http/rate-limits.js';
import {LinkTokens} from '../mail/links.js';
import type {ConfirmationLinks} from '../mail/links.js';
import {enqueueMail} from '../jobs/queue.js';
import {enqueueWebhooks} from '../webhooks/store.js';
import {findSite} from '../sites/store.js';
import type {Access} from '../visits/access.js';
import {countProgress, readProgress} from '../visits/funnel.js';
import {completeSession, countFunnel} from '../visits/store.js';
import {sendVerificationPage, sendErrorPage} from './verification-pages.js';
import type {PageName} from './verification-pages.js';
import {
  findVerification,
  lockVerification,
  useVerification,
  voidVerifications,
} from './verification-store.js';
import type {Verification} from './verification-store.js';

export interface VerificationRouteDeps {
  config: Config;
  sql: Sql;
  access: Access;
  links: ConfirmationLinks;
  /** Triggers the mail sender. */
  onMail: () => void;
}

const LinkParams = Type.Object({
  link: Type.String({
    maxLength: 120,
    description: '`{id}.{mac}`, from the link in the e-mail.',
    examples: ['5a0c8a6f-1d2e-4f3a-8b4c-9d1a0a5c8a6f.3q2-7wQm…'],
  }),
});

const LanguageHeaders = Type.Object({
  'accept-language': Type.Optional(
    Type.String({
      description: 'Language of the page if the session’s language is unknown.',
      examples: ['de'],
    }),
  ),
});

const PAGES = {
  200: pageText('Page with a button, or with the result of this or an earlier request.'),
  404: pageText('The link is unknown: it was cut in the e-mail, or its data was erased.'),
  410: pageText('The link has expired, or a newer link was sent.'),
};

interface PageRoute {
  operationId: string;
  summary: string;
  description: string;
  readsBody?: boolean;
}

const SHOW: PageRoute = {
  operationId: 'showConfirmation',
  summary: 'Shows a page with a button that confirms the e-mail address',
  description: 'Opening the page changes nothing, because mail scanners open it, too.',
};
const SHOW_NOT_ME: PageRoute = {
  ...SHOW,
  operationId: 'showNotMe',
  summary: 'Shows a page with a button for people who did not request the e-mail',
};
const CONFIRM: PageRoute = {
  operationId: 'confirmAddress',
  summary: 'Confirms the e-mail address, once',
  description:
    'Action of the button. It gives access to no session. A repeat shows that the link was used.',
  readsBody: true,
};
const REPORT_NOT_ME: PageRoute = {
  ...CONFIRM,
  operationId: 'disownAddress',
  summary: 'Voids the link',
  description: 'Action of the button: the link can no longer confirm this e-mail address.',
};

/**
 * Registers the pages behind the links of e-mails. Opening a page changes nothing, because mail
 * scanners open all links. Pressing its button changes the session, but gives no access to it.
 */
export const verificationRoutes: Plugin<VerificationRouteDeps> = async (app, deps) => {
  acceptEmptyForms(app);
  const {sql, config} = deps;
  const pageConfig = {
    ...createRateLimit(config.ratePerMinute, 'page'),
    renderErrorPage: sendErrorPage,
  };
  const options = ({readsBody = false, ...schema}: PageRoute) => ({
    config: pageConfig,
    schema: {
      ...schema,
      tags: ['pages'],
      security: [],
      params: LinkParams,
      headers: LanguageHeaders,
      response: responseSchemas(PAGES, readsBody ? BODY_CODES : [], {errorsAsPages: true}),
    },
  });
  app.get('/:link', options(SHOW), async (request, reply) => {
    const found = await findByLink(deps, request.params.link);
    return sendVerificationPage(sql, request, reply, {page: getPage(found, 'confirm'), found});
  });
  app.post('/:link', options(CONFIRM), async (request, reply) => {
    const before = await findByLink(deps, request.params.link);
    if (before?.state !== 'open') {
      return sendVerificationPage(sql, request, reply, {
        page: getPage(before, 'confirm'),
        found: before,
      });
    }
    const found = await transaction(sql, (tx) => confirm(tx, deps, request, before.id));
    deps.onMail();
    return sendVerificationPage(sql, request, reply, {page: getPage(found, 'done'), found});
  });
  app.get('/:link/not-me', options(SHOW_NOT_ME), async (request, reply) => {
    const found = await findByLink(deps, request.params.link);
    return sendVerificationPage(sql, request, reply, {page: getNotMePage(found), found});
  });
  app.post('/:link/not-me', options(REPORT_NOT_ME), async (request, reply) => {
    const found = await findByLink(deps, request.params.link);
    if (found?.state !== 'open') {
      return sendVerificationPage(sql, request, reply, {page: getNotMePage(found), found});
    }
    const after = await transaction(sql, (tx) => reportNotMe(tx, deps, request, found));
    const page = after?.state === 'open' ? 'notMeDone' : getNotMePage(after);
    return sendVerificationPage(sql, request, reply, {page, found: after});
  });
  // A link that a mail program has damaged: too long, or with an extra slash.
  app.route({
    method: ['GET', 'POST'],
    url: '/*',
    config: pageConfig,
    schema: {hide: true},
    handler: async (request, reply) => sendVerificationPage(sql, request, reply, {page: 'unknown'}),
  });
};

const findByLink = async (
  {sql, links}: VerificationRouteDeps,
  link: string,
): Promise<Verification | undefined> => {
  const {id, mac} = LinkTokens.split(link);
  const found = id ? await findVerification(sql, id) : undefined;
  return found && links.isValid(found.id, found.keyId, mac) ? found : undefined;
};

const getPage = (found: Verification | undefined, whenOpen: PageName): PageName => {
  if (!found) return 'unknown';
  if (found.state === 'open') return whenOpen;
  return found.state === 'used' ? 'used' : 'expired';
};

/**
 * Returns the page for a person whose e-mail address was misused, for whom used and void links mean
 * something else.
 */
const getNotMePage = (found: Verification | undefined): PageName => {
  const page = getPage(found, 'notMe');
  if (page === 'used') return 'notMeUsed';
  return page === 'expired' ? 'notMeExpired' : page;
};

/**
 * Confirms the e-mail address. Returns the link as it was found under lock; `open` means that this
 * request has used it.
 */
const confirm = async (
  tx: Transaction,
  {access}: VerificationRouteDeps,
  request: FastifyRequest,
  id: string,
): Promise<Verification | undefined> => {
  const found = await lockVerification(tx, id);
  if (found?.state !== 'open') return found;
  const {uuid, siteKey} = found;
  const site = await findSite(tx, siteKey);
  const before = await readProgress(tx, uuid);
  await useVerification(tx, id);
  const {first, changed} = await completeSession(tx, uuid, found.email);
  await recordAudit(tx, {
    event: 'email_verified',
    uuid,
    site: siteKey,
    ipAddress: access.getStoredIp(request),
  });
  await recordEvents(tx, uuid, {type: 'email_verified', data: {}});
  if (first) {
    await recordEvents(tx, uuid, {type: 'session_state', data: {state: 'complete'}});
    await enqueueMail(tx, {template: 'lead', uuid}, uuid);
    await enqueueWebhooks(tx, {event: 'session.complete', uuid, siteKey});
    const after = {isComplete: true};
    if (site) await countProgress(tx, site, {before, after, counters: ['completed']});
  }
  if (changed) await enqueueMail(tx, {template: 'lead', uuid, changed}, uuid);
  return found;
};

/**
 * Voids the session's links. Returns the link as it was found under lock; `open` means that this
 * request has voided it.
 */
const reportNotMe = async (
  tx: Queryable,
  {access}: VerificationRouteDeps,
  request: FastifyRequest,
  {id, uuid, siteKey}: Verification,
): Promise<Verification | undefined> => {
  const found = await lockVerification(tx, id);
  if (found?.state !== 'open') return found;
  await voidVerifications(tx, uuid);
  await recordAudit(tx, {
    event: 'suspicious_activity',
    uuid,
    site: siteKey,
    ipAddress: access.getStoredIp(request),
    metadata: {kind: 'not_me'},
  });
  await countFunnel(tx, siteKey, ['not_me']);
  return found;
};
