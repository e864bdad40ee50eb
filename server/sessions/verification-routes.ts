import type {TypeBoxTypeProvider} from '@fastify/type-provider-typebox';
import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {recordAudit} from '../audit/store.js';
import type {Config} from '../config/config.js';
import type {Queryable, Sql} from '../database/sql.js';
import {recordEvents} from '../events/store.js';
import {transaction} from '../events/transaction.js';
import {BODY_CODES, answers, pageText} from '../http/answers.js';
import type {App} from '../http/app-type.js';
import {rateLimit} from '../http/rate-limits.js';
import type {ConfirmationLinks} from '../mail/links.js';
import {enqueueMail} from '../jobs/queue.js';
import {enqueueWebhooks} from '../webhooks/store.js';
import type {Access} from '../visits/access.js';
import {readUuid} from '../text/uuid.js';
import {completeSession, countFunnel} from '../visits/store.js';
import {answerPage, showsError} from './verification-pages.js';
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
  /** Tells the sender that a mail waits. */
  onMail: () => void;
}

const LinkParams = Type.Object({
  link: Type.String({
    maxLength: 120,
    description: '`{id}.{mac}`, as the mail has it.',
    examples: ['5a0c8a6f-1d2e-4f3a-8b4c-9d1a0a5c8a6f.3q2-7wQm…'],
  }),
});

const Reader = Type.Object({
  'accept-language': Type.Optional(
    Type.String({description: 'Where the session’s own language is not known.', examples: ['de']}),
  ),
});

const PAGES = {
  200: pageText('What to press, what was done, or that it was done before.'),
  404: pageText('There is no such link: it was cut in the mail, or its data has been erased.'),
  410: pageText('The link has expired, or a newer one was sent.'),
};

interface PageRoute {
  operationId: string;
  summary: string;
  description: string;
  readsBody?: boolean;
}

const SHOW: PageRoute = {
  operationId: 'showConfirmation',
  summary: 'A page with a button that confirms the address',
  description: 'Changes nothing, however often a mail scanner opens it.',
};
const SHOW_NOT_ME: PageRoute = {
  ...SHOW,
  operationId: 'showNotMe',
  summary: 'A page with a button for who has not asked for the mail',
};
const CONFIRM: PageRoute = {
  operationId: 'confirmAddress',
  summary: 'Confirms the address, once',
  description: 'What the button does. Gives nobody a session; again: a page that says so.',
  readsBody: true,
};
const DISOWN: PageRoute = {
  ...CONFIRM,
  operationId: 'disownAddress',
  summary: 'Voids the link',
  description: 'What the button does: nobody can confirm this address with it any more.',
};

/**
 * The pages behind a mail's links. Reading one changes nothing, since mail scanners read them all;
 * pressing the button does, and gives nobody a session.
 */
export const verificationRoutes = (app: App, deps: VerificationRouteDeps): void => {
  const routes = async (scope: App): Promise<void> => {
    // A form's body; there is nothing in it.
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      {parseAs: 'string'},
      (_r, _b, done) => {
        done(null, {});
      },
    );
    const {sql, config} = deps;
    const pageConfig = {...rateLimit(config.ratePerMinute, 'page'), showsError};
    const options = ({readsBody = false, ...schema}: PageRoute) => ({
      config: pageConfig,
      schema: {
        ...schema,
        tags: ['pages'],
        security: [],
        params: LinkParams,
        headers: Reader,
        response: answers(PAGES, readsBody ? BODY_CODES : [], {asPages: true}),
      },
    });
    scope.get('/verify/:link', options(SHOW), async (request, reply) => {
      const found = await find(deps, request.params.link);
      return answerPage(sql, request, reply, {page: pageFor(found, 'confirm'), found});
    });
    scope.post('/verify/:link', options(CONFIRM), async (request, reply) => {
      const open = await find(deps, request.params.link);
      if (open?.state !== 'open') {
        return answerPage(sql, request, reply, {page: pageFor(open, 'confirm'), found: open});
      }
      const found = await transaction(sql, (tx) => confirm(tx, deps, request, open.id));
      deps.onMail();
      return answerPage(sql, request, reply, {page: pageFor(found, 'done'), found});
    });
    scope.get('/verify/:link/not-me', options(SHOW_NOT_ME), async (request, reply) => {
      const found = await find(deps, request.params.link);
      return answerPage(sql, request, reply, {page: notMePageFor(found), found});
    });
    scope.post('/verify/:link/not-me', options(DISOWN), async (request, reply) => {
      const found = await find(deps, request.params.link);
      if (found?.state !== 'open') {
        return answerPage(sql, request, reply, {page: notMePageFor(found), found});
      }
      const now = await sql.begin((tx) => reportNotMe(tx, deps, request, found));
      const page = now?.state === 'open' ? 'notMeDone' : notMePageFor(now);
      return answerPage(sql, request, reply, {page, found: now});
    });
    // A link that a mail program has mangled: too long, or with a slash more.
    scope.route({
      method: ['GET', 'POST'],
      url: '/verify/*',
      config: pageConfig,
      schema: {hide: true},
      handler: async (request, reply) => answerPage(sql, request, reply, {page: 'unknown'}),
    });
  };
  void app.register((scope) => routes(scope.withTypeProvider<TypeBoxTypeProvider>()));
};

const find = async (
  {sql, links}: VerificationRouteDeps,
  link: string,
): Promise<Verification | undefined> => {
  const [given, mac] = link.split('.');
  const id = readUuid(given);
  const found = id ? await findVerification(sql, id) : undefined;
  return found && links.fits(found.id, found.keyId, mac ?? '') ? found : undefined;
};

const pageFor = (found: Verification | undefined, whenOpen: PageName): PageName => {
  if (!found) return 'unknown';
  if (found.state === 'open') return whenOpen;
  return found.state === 'used' ? 'used' : 'expired';
};

/** For somebody whose address was misused: what a used or void link means to them. */
const notMePageFor = (found: Verification | undefined): PageName => {
  const page = pageFor(found, 'notMe');
  if (page === 'used') return 'notMeUsed';
  return page === 'expired' ? 'notMeExpired' : page;
};

/** Answers the link as it was found under lock; `open` means that this press has used it. */
const confirm = async (
  tx: Queryable,
  {access}: VerificationRouteDeps,
  request: FastifyRequest,
  id: string,
): Promise<Verification | undefined> => {
  const found = await lockVerification(tx, id);
  if (found?.state !== 'open') return found;
  const {uuid, siteKey: site} = found;
  await useVerification(tx, id);
  const {first, changed} = await completeSession(tx, uuid, found.address);
  await recordAudit(tx, {
    event: 'email_verified',
    uuid,
    site,
    address: access.getStoredIp(request),
  });
  await recordEvents(tx, uuid, {type: 'email_verified', data: {}});
  if (first) {
    await recordEvents(tx, uuid, {type: 'session_state', data: {state: 'complete'}});
    await enqueueMail(tx, {template: 'lead', uuid}, uuid);
    await enqueueWebhooks(tx, {event: 'session.complete', uuid, siteKey: site});
    await countFunnel(tx, site, 'completed');
  }
  if (changed) await enqueueMail(tx, {template: 'lead', uuid, changed}, uuid);
  return found;
};

/** As `confirm`: `open` means that this press has voided it. */
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
    address: access.getStoredIp(request),
    metadata: {kind: 'not_me'},
  });
  await countFunnel(tx, siteKey, 'not_me');
  return found;
};
