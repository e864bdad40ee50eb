import type {FastifyReply, FastifyRequest} from 'fastify';

import type {Queryable} from '../database/connect.js';
import type {MariaError} from '../errors.js';
import {sendPage} from '../http/pages.js';
import {filled, textsFor} from '../mail/texts/texts.js';
import type {Texts} from '../mail/texts/texts.js';
import {findSite} from '../sites/store.js';
import type {Site} from '../sites/store.js';
import type {Verification} from './verification-store.js';

export type PageName =
  | 'confirm'
  | 'done'
  | 'used'
  | 'expired'
  | 'unknown'
  | 'notMe'
  | 'notMeDone'
  | 'notMeUsed'
  | 'notMeExpired';

const STATUS: Record<PageName, number> = {
  confirm: 200,
  done: 200,
  used: 200,
  expired: 410,
  unknown: 404,
  notMe: 200,
  notMeDone: 200,
  notMeUsed: 200,
  notMeExpired: 410,
};

/** Answers with a page in the language of the session, or of the browser where there is none. */
export const answerPage = async (
  sql: Queryable,
  request: FastifyRequest,
  reply: FastifyReply,
  {page, found}: {page: PageName; found?: Verification | undefined},
) => {
  const texts = found ? textsFor(found.locale) : textsOf(request);
  const site = found && (await findSite(sql, found.siteKey));
  const {title, body, button} = wording(texts, page);
  const {language, direction} = texts;
  const name = site?.name ?? '';
  const home = site && homeOf(site);
  return sendPage(reply, STATUS[page], {
    language,
    direction,
    title,
    body: filled(body, {site: name}),
    ...(button && {button}),
    ...(name && {site: name}),
    ...(home && !button && {link: {href: home, label: filled(texts.backToSite, {site: name})}}),
  });
};

/** Where the chat is, or near it: the first page that the site names. Who has the link came from there. */
const homeOf = ({allowedOrigins}: Site): string | undefined =>
  allowedOrigins.find((origin) => /^https?:/.test(origin));

/** What went wrong, for a person and without the database, which may be what went wrong. */
export const showsError = (error: MariaError, request: FastifyRequest, reply: FastifyReply) => {
  const texts = textsOf(request);
  const {language, direction} = texts;
  if (error.statusCode >= 500) {
    return sendPage(reply, error.statusCode, {
      language,
      direction,
      title: texts.errorTitle,
      body: texts.errorBody,
      note: filled(texts.errorReference, {reference: request.id}),
    });
  }
  const isBusy = error.code === 'rate_limited';
  return sendPage(reply, error.statusCode, {
    language,
    direction,
    title: isBusy ? texts.busyTitle : texts.unknownTitle,
    body: isBusy ? texts.busyBody : texts.unknownBody,
  });
};

const textsOf = ({headers}: FastifyRequest): Texts =>
  textsFor(headers['accept-language']?.split(/[,;]/)[0]?.trim());

const wording = (texts: Texts, page: PageName) => ({
  title: page === 'notMeExpired' ? texts.expiredTitle : texts[`${page}Title`],
  body: texts[`${page}Body`],
  button:
    page === 'confirm' ? texts.confirmButton : page === 'notMe' ? texts.notMeButton : undefined,
});
