import type {FastifyReply, FastifyRequest} from 'fastify';

import type {Queryable} from '../database/sql.js';
import type {MariaError} from '../errors.js';
import {createErrorPage} from '../http/error-page.js';
import {sendPage} from '../http/pages.js';
import {insertSite, textsFor, textsForBrowser} from '../translations/translations.js';
import type {Texts} from '../translations/texts.js';
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

/** Sends a page in the language of the session, or of the browser if there is no session. */
export const sendVerificationPage = async (
  sql: Queryable,
  request: FastifyRequest,
  reply: FastifyReply,
  {page, found}: {page: PageName; found?: Verification | undefined},
) => {
  const texts = found ? textsFor(found.locale) : getTexts(request);
  const site = found && (await findSite(sql, found.siteKey));
  const {title, body, button} = getPageTexts(texts, page);
  const {language, direction} = texts;
  const name = site?.name ?? found?.siteKey ?? '';
  const siteUrl = site && getSiteUrl(site);
  return sendPage(reply, STATUS[page], {
    language,
    direction,
    title,
    body: insertSite(texts, body, name),
    ...(button && {button}),
    ...(name && {site: name}),
    ...(siteUrl &&
      !button && {link: {href: siteUrl, label: insertSite(texts, texts.backToSite, name)}}),
  });
};

/**
 * Returns the first allowed origin of the site. The chat is there or near it, and visitors with a
 * link came from there.
 */
const getSiteUrl = ({allowedOrigins}: Site): string | undefined =>
  allowedOrigins.find((origin) => /^https?:/.test(origin));

/** Sends an error as a page. */
export const sendErrorPage = (error: MariaError, request: FastifyRequest, reply: FastifyReply) => {
  const {headers, id} = request;
  return sendPage(reply, error.statusCode, createErrorPage(error, headers['accept-language'], id));
};

const getTexts = ({headers}: FastifyRequest): Texts => textsForBrowser(headers['accept-language']);

const getPageTexts = (texts: Texts, page: PageName) => ({
  title: page === 'notMeExpired' ? texts.expiredTitle : texts[`${page}Title`],
  body: texts[`${page}Body`],
  button:
    page === 'confirm' ? texts.confirmButton : page === 'notMe' ? texts.notMeButton : undefined,
});
