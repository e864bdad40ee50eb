import type {TypeBoxTypeProvider} from '@fastify/type-provider-typebox';
import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {recordAudit} from '../audit/store.js';
import type {Config} from '../config.js';
import type {Queryable, Sql} from '../database/connect.js';
import type {App} from '../http/app-type.js';
import {rateLimit} from '../http/rate-limits.js';
import type {ConfirmationLinks} from '../mail/links.js';
import {enqueueMail} from '../mail/queue.js';
import type {Access} from './access.js';
import {readUuid} from './access.js';
import {completeSession, countFunnel} from './store.js';
import {answerPage, showsError} from './verification-pages.js';
import type {PageName} from './verification-pages.js';
import {
  findVerification,
  lockVerification,
  useVerification,
  voidVerifications,
} from './verification-store.js';
import type {Verification} from './verification-store.js';

export interface VerificationParts {
  config: Config;
  sql: Sql;
  access: Access;
  links: ConfirmationLinks;
  /** Tells the sender that a mail waits. */
  onMail: () => void;
}

/**
 * The pages behind a mail's links. Reading one changes nothing, since mail scanners read them all;
 * pressing the button does, and gives nobody a session.
 */
export const verificationRoutes = (app: App, parts: VerificationParts): void => {
  const routes = async (scope: App): Promise<void> => {
    // A form's body; there is nothing in it.
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      {parseAs: 'string'},
      (_r, _b, done) => {
        done(null, {});
      },
    );
    const {sql, config} = parts;
    const options = {
      config: {...rateLimit(config.ratePerMinute, 'page'), showsError},
      schema: {hide: true, params: Type.Object({link: Type.String({maxLength: 120})})},
    };
    scope.get('/verify/:link', options, async (request, reply) => {
      const found = await find(parts, request.params.link);
      return answerPage(sql, request, reply, {page: pageFor(found, 'confirm'), found});
    });
    scope.post('/verify/:link', options, async (request, reply) => {
      const open = await find(parts, request.params.link);
      if (open?.state !== 'open') {
        return answerPage(sql, request, reply, {page: pageFor(open, 'confirm'), found: open});
      }
      const found = await sql.begin((tx) => confirm(tx, parts, request, open.id));
      parts.onMail();
      return answerPage(sql, request, reply, {page: pageFor(found, 'done'), found});
    });
    scope.get('/verify/:link/not-me', options, async (request, reply) => {
      const found = await find(parts, request.params.link);
      return answerPage(sql, request, reply, {page: pageFor(found, 'notMe'), found});
    });
    scope.post('/verify/:link/not-me', options, async (request, reply) => {
      const found = await find(parts, request.params.link);
      if (found?.state !== 'open') {
        return answerPage(sql, request, reply, {page: pageFor(found, 'notMe'), found});
      }
      await sql.begin((tx) => disown(tx, parts, request, found));
      return answerPage(sql, request, reply, {page: 'notMeDone', found});
    });
    // A link that a mail program has mangled: too long, or with a slash more.
    scope.route({
      method: ['GET', 'POST'],
      url: '/verify/*',
      config: options.config,
      schema: {hide: true},
      handler: async (request, reply) => answerPage(sql, request, reply, {page: 'unknown'}),
    });
  };
  void app.register((scope) => routes(scope.withTypeProvider<TypeBoxTypeProvider>()));
};

const find = async (
  {sql, links}: VerificationParts,
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

/** Answers the link as it was found under lock; `open` means that this press has used it. */
const confirm = async (
  tx: Queryable,
  {access}: VerificationParts,
  request: FastifyRequest,
  id: string,
): Promise<Verification | undefined> => {
  const found = await lockVerification(tx, id);
  if (found?.state !== 'open') return found;
  const {uuid, siteKey: site} = found;
  await useVerification(tx, id);
  const {first} = await completeSession(tx, uuid, found.address);
  await recordAudit(tx, {event: 'email_verified', uuid, site, address: access.addressOf(request)});
  if (first) {
    await enqueueMail(tx, {template: 'lead', uuid}, uuid);
    await countFunnel(tx, site, 'completed');
  }
  return found;
};

const disown = async (
  tx: Queryable,
  {access}: VerificationParts,
  request: FastifyRequest,
  {id, uuid, siteKey}: Verification,
): Promise<void> => {
  const found = await lockVerification(tx, id);
  if (found?.state !== 'open') return;
  await voidVerifications(tx, uuid);
  await recordAudit(tx, {
    event: 'suspicious_activity',
    uuid,
    site: siteKey,
    address: access.addressOf(request),
    metadata: {kind: 'not_me'},
  });
  await countFunnel(tx, siteKey, 'not_me');
};
