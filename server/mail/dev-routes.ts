import type {FastifyRequest} from 'fastify';
import ipaddr from 'ipaddr.js';
import {Type} from 'typebox';

import {NotFound} from '../errors.js';
import type {App} from '../http/app-type.js';
import {escapeHtml} from '../http/html.js';
import type {CaughtMail, DevMailbox} from './dev-mailbox.js';

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 760px; padding: 24px; font: 16px/1.6 system-ui, sans-serif; }
a { color: inherit; }
li { margin-bottom: 12px; }
small { opacity: 0.7; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 20px; border-radius: 12px; background: rgb(127 127 127 / 12%); font: inherit; }
`;

/** The caught mail, for the person in front of this machine alone. */
export const devRoutes = (app: App, mailbox: DevMailbox): void => {
  const options = {schema: {hide: true}, preHandler: [demandLoopback]};
  app.get('/dev/mail', options, async (_request, reply) => {
    void reply.helmet();
    return reply.type('text/html; charset=utf-8').send(listPage(await mailbox.list()));
  });
  app.get('/dev/mail.json', options, async () =>
    (await mailbox.list()).map(({id, mail}) => ({
      id,
      to: mail.to?.map(({address}) => address),
      subject: mail.subject,
      text: mail.text,
    })),
  );
  app.get(
    '/dev/mail/:id',
    {...options, schema: {hide: true, params: Type.Object({id: Type.String()})}},
    async (request, reply) => {
      const caught = await mailbox.find(request.params.id);
      if (!caught) throw new NotFound('There is no such mail. See /dev/mail.');
      void reply.helmet();
      return reply.type('text/html; charset=utf-8').send(mailPage(caught));
    },
  );
  app.get('/dev/mail.css', options, (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(STYLE),
  );
};

/** Through a proxy everybody looks like this machine. */
const demandLoopback = async ({socket, headers}: FastifyRequest): Promise<void> => {
  const address = socket.remoteAddress ?? '';
  const isLoopback = ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
  const isForwarded = Object.keys(headers).some((name) =>
    /^(x-forwarded-|forwarded$|via$)/.test(name),
  );
  // A page elsewhere, open in the same browser, could read the links in these mails.
  const isForeign = headers.origin !== undefined || headers['sec-fetch-site'] === 'cross-site';
  if (!isLoopback || isForwarded || isForeign) throw new NotFound();
};

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="stylesheet" href="/dev/mail.css"></head>
<body><h1>${escapeHtml(title)}</h1>${body}</body></html>
`;

const listPage = (mails: CaughtMail[]): string => {
  const items = mails.map(
    ({id, mail}) =>
      `<li><a href="/dev/mail/${id}">${escapeHtml(mail.subject ?? '(no subject)')}</a><br><small>to ${escapeHtml(receivers(mail))} · ${escapeHtml(mail.date ?? '')}</small></li>`,
  );
  const body = items.length > 0 ? `<ul>${items.join('')}</ul>` : '<p>No mail was sent yet.</p>';
  return page('Caught mail', `<p>Nothing here leaves this machine.</p>${body}`);
};

const mailPage = ({mail}: CaughtMail): string =>
  page(
    mail.subject ?? '(no subject)',
    `<p><a href="/dev/mail">All mail</a> · <small>to ${escapeHtml(receivers(mail))}</small></p><pre>${linked(mail.text ?? '')}</pre>`,
  );

const receivers = ({to}: CaughtMail['mail']): string =>
  (to ?? []).map(({address}) => address).join(', ');

const linked = (text: string): string =>
  escapeHtml(text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);
