import type {FastifyReply, FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import type {Sql} from '../database/sql.js';
import {NotFound} from '../errors.js';
import {getBasePath} from '../http/base-path.js';
import type {Plugin} from '../http/app-type.js';
import {CSP_HEADER, buildCsp} from '../http/csp.js';
import {acceptEmptyForms} from '../http/empty-form.js';
import {isLoopbackAddress, isLoopbackHost} from '../outbound/loopback.js';
import type {CaughtMail, DevMailbox} from './dev-mailbox.js';
import {STYLE, renderMailFrame, renderMailList, renderMail} from './dev-pages.js';
import {listSuppressedMails, resetMailCounts} from './limits.js';

const PAGE_POLICY = buildCsp({
  'default-src': "'none'",
  'style-src': "'self'",
  'img-src': "'self'",
  'frame-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
});

/** Policy for an e-mail: inline styles only, no requests, no scripts. */
const MAIL_POLICY = buildCsp({
  'default-src': "'none'",
  'style-src': "'unsafe-inline'",
  'form-action': "'none'",
  'base-uri': "'none'",
  'frame-ancestors': "'self'",
  sandbox: 'allow-popups allow-popups-to-escape-sandbox',
});

export interface DevRouteDeps {
  mailbox: DevMailbox;
  sql: Sql;
  publicUrl: string;
}

/** Pages with the caught e-mails. Only browsers on this machine can open them. */
export const devRoutes: Plugin<DevRouteDeps> = async (app, {mailbox, sql, publicUrl}) => {
  acceptEmptyForms(app);
  const publicHost = new URL(publicUrl).hostname;
  const basePath = getBasePath(publicUrl);
  const shownTo = (request: FastifyRequest) => ({languages: getLanguages(request), basePath});
  const options = {schema: {hide: true}, preHandler: [requireLoopback, requireOwnHost(publicHost)]};
  const ofOne = {...options, schema: {hide: true, params: Type.Object({id: Type.String()})}};
  const find = async (id: string): Promise<CaughtMail> => {
    const caught = await mailbox.find(id);
    if (!caught) throw new NotFound('This e-mail does not exist. See /dev/mail for all e-mails.');
    return caught;
  };
  app.get('/mail', options, async (request, reply) => {
    const suppressed = await listSuppressedMails(sql);
    const shown = {mails: await mailbox.list(), count: await mailbox.count()};
    return sendHtml(reply, PAGE_POLICY, renderMailList(shown, suppressed, shownTo(request)));
  });
  app.get('/mail.json', options, async () =>
    (await mailbox.list()).map(({id, mail}) => ({
      id,
      to: mail.to?.map(({address}) => address),
      subject: mail.subject,
      text: mail.text,
    })),
  );
  app.get('/mail/:id', ofOne, async (request, reply) => {
    const caught = await find(request.params.id);
    const source = await mailbox.readSource(caught.id);
    return sendHtml(reply, PAGE_POLICY, renderMail(caught, source.toString(), shownTo(request)));
  });
  app.get('/mail/:id/html', ofOne, async (request, reply) =>
    sendHtml(reply, MAIL_POLICY, renderMailFrame(await find(request.params.id))),
  );
  app.get('/mail/:id/source', ofOne, async (request, reply) => {
    const {id} = await find(request.params.id);
    return reply
      .header('content-disposition', `attachment; filename="${id}.eml"`)
      .type('message/rfc822')
      .send(await mailbox.readSource(id));
  });
  app.get('/mail.css', options, (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(STYLE),
  );
  app.post('/mail/limits', options, async (_request, reply) => {
    await resetMailCounts(sql);
    return reply.redirect(`${basePath}/dev/mail`, 303);
  });
};

const sendHtml = (reply: FastifyReply, policy: string, html: string) =>
  reply
    .header(CSP_HEADER, policy)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html);

/** Refuses requests that are not from this machine, including those that a local proxy forwards. */
const requireLoopback = async ({socket, headers, method}: FastifyRequest): Promise<void> => {
  const isLoopback = isLoopbackAddress(socket.remoteAddress ?? '');
  const isForwarded = Object.keys(headers).some((name) =>
    /^(x-forwarded-|forwarded$|via$)/.test(name),
  );
  // Another site's page in the same browser must not read the links in these e-mails.
  const isOwnForm = method === 'POST' && headers['sec-fetch-site'] === 'same-origin';
  const isForeign =
    (headers.origin !== undefined && !isOwnForm) || headers['sec-fetch-site'] === 'cross-site';
  const isForeignPost = method === 'POST' && !isOwnForm;
  if (!isLoopback || isForwarded || isForeign || isForeignPost) throw new NotFound();
};

/** Returns the languages of the browser, in which times are written, and English as the last. */
const getLanguages = ({headers}: FastifyRequest): string[] => {
  const tags = (headers['accept-language'] ?? '').split(',').map((part) => part.split(';')[0]);
  return [...tags.flatMap((tag = '') => toLocales(tag.trim())), 'en'];
};

/** Returns no locale for an invalid tag, and for `*`. */
const toLocales = (tag: string): string[] => {
  try {
    return Intl.getCanonicalLocales(tag);
  } catch {
    return [];
  }
};

/** Refuses other host names that resolve to this machine (DNS rebinding). */
const requireOwnHost =
  (publicHost: string) =>
  async ({headers}: FastifyRequest): Promise<void> => {
    const host = headers.host?.toLowerCase().replace(/:\d*$/, '') ?? '';
    if (!isLoopbackHost(host) && host !== publicHost) throw new NotFound();
  };
