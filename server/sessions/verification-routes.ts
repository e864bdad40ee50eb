import type {TypeBoxTypeProvider} from '@fastify/type-provider-typebox';
import type {FastifyReply, FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {recordAudit} from '../audit/store.js';
import type {Config} from '../config.js';
import type {Queryable, Sql} from '../database/connect.js';
import type {App} from '../http/app-type.js';
import {sendPage} from '../http/pages.js';
import {rateLimit} from '../http/rate-limits.js';
import type {ConfirmationLinks} from '../mail/links.js';
import {enqueueMail} from '../mail/queue.js';
import {filled, textsFor} from '../mail/texts/texts.js';
import type {Texts} from '../mail/texts/texts.js';
import {findSite} from '../sites/store.js';
import type {Access} from './access.js';
import {readUuid} from './access.js';
import {completeSession, countFunnel} from './store.js';
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

type PageName = 'confirm' | 'done' | 'used' | 'expired' | 'unknown' | 'notMe' | 'notMeDone';

const STATUS: Record<PageName, number> = {
  confirm: 200,
  done: 200,
  used: 200,
  expired: 410,
  unknown: 404,
  notMe: 200,
  notMeDone: 200,
};

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
    const options = {
      config: rateLimit(parts.config.ratePerMinute, 'page'),
      schema: {hide: true, params: Type.Object({link: Type.String({maxLength: 120})})},
    };
    scope.get('/verify/:link', options, async (request, reply) => {
      const found = await find(parts, request.params.link);
      return answer(parts, request, reply, found, pageFor(found, 'confirm'));
    });
    scope.post('/verify/:link', options, async (request, reply) => {
      const found = await find(parts, request.params.link);
      if (found?.state !== 'open')
        return answer(parts, request, reply, found, pageFor(found, 'confirm'));
      const confirmed = await parts.sql.begin((tx) => confirm(tx, parts, request, found.id));
      parts.onMail();
      return answer(parts, request, reply, confirmed, pageFor(confirmed, 'done'));
    });
    scope.get('/verify/:link/not-me', options, async (request, reply) => {
      const found = await find(parts, request.params.link);
      return answer(
        parts,
        request,
        reply,
        found,
        found?.state === 'open' ? 'notMe' : pageFor(found, 'notMe'),
      );
    });
    scope.post('/verify/:link/not-me', options, async (request, reply) => {
      const found = await find(parts, request.params.link);
      if (found?.state !== 'open')
        return answer(parts, request, reply, found, pageFor(found, 'notMe'));
      await parts.sql.begin((tx) => disown(tx, parts, request, found));
      return answer(parts, request, reply, found, 'notMeDone');
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

const answer = async (
  {sql}: VerificationParts,
  request: FastifyRequest,
  reply: FastifyReply,
  found: Verification | undefined,
  page: PageName,
) => {
  const texts = textsFor(found ? found.locale : request.headers['accept-language']?.split(',')[0]);
  const site = found && (await findSite(sql, found.siteKey));
  const {title, body, button} = wording(texts, page);
  const {language, direction} = texts;
  return sendPage(reply, STATUS[page], {
    language,
    direction,
    title,
    body: filled(body, {site: site?.name ?? ''}),
    ...(button && {button}),
  });
};

const wording = (texts: Texts, page: PageName) => ({
  title: texts[`${page}Title`],
  body: texts[`${page}Body`],
  button:
    page === 'confirm' ? texts.confirmButton : page === 'notMe' ? texts.notMeButton : undefined,
});
