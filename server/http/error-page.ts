import type {MariaError} from '../errors.js';
import {interpolate, textsForBrowser} from '../translations/translations.js';
import type {Page} from './pages.js';

/** Returns whether people open this URL; then its errors are pages, even if no route matches. */
export const isPagePath = (url: string): boolean => url.startsWith('/verify/');

/** Returns the page of an error. It does not need the database, which may be down. */
export const createErrorPage = (
  {statusCode, code}: MariaError,
  acceptLanguage: string | undefined,
  requestId: string,
): Page => {
  const texts = textsForBrowser(acceptLanguage);
  const {language, direction} = texts;
  if (statusCode >= 500) {
    return {
      language,
      direction,
      title: texts.errorTitle,
      body: texts.errorBody,
      note: interpolate(texts.errorReference, {reference: requestId}),
    };
  }
  if (code === 'rate_limited') {
    return {language, direction, title: texts.busyTitle, body: texts.busyBody};
  }
  if (code === 'headers_too_large') {
    return {language, direction, title: texts.headersTitle, body: texts.headersBody};
  }
  if (code === 'not_found' || code === 'invalid_request') {
    return {language, direction, title: texts.unknownTitle, body: texts.unknownBody};
  }
  // The link can be right: for example, the form was sent too slowly.
  return {language, direction, title: texts.errorTitle, body: texts.reopenBody};
};
