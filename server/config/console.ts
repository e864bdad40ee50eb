import type {Settings} from './environment.js';
import {redactValue} from './setting-values.js';

export interface ConsoleSettings {
  /** URL of the console, with a slash at its end. */
  url: string;
  origin: string;
  /**
   * Host, with its port, to which the console is restricted; undefined if it is the host of
   * `PUBLIC_URL`.
   */
  host: string | undefined;
}

/** Path of the console below the base path of its URL. */
const CONSOLE_PATH = '/console/';

/** Returns the settings of the console; undefined if it is switched off. */
export const readConsoleSettings = (
  {CONSOLE, CONSOLE_URL}: Settings,
  {publicUrl, production}: {publicUrl: string; production: boolean},
  errors: string[],
): ConsoleSettings | undefined => {
  if (!CONSOLE) return undefined;
  const given = CONSOLE_URL ?? `${publicUrl}${CONSOLE_PATH}`;
  // An invalid PUBLIC_URL has its own message.
  if (!URL.canParse(given)) {
    if (CONSOLE_URL) errors.push(createMessage('be an http or https URL', given));
    return undefined;
  }
  const url = new URL(given.endsWith('/') ? given : `${given}/`);
  if (CONSOLE_URL) checkUrl(url, {given, production}, errors);
  return {
    url: url.href,
    origin: url.origin,
    host: url.host === getHost(publicUrl) ? undefined : url.host,
  };
};

const checkUrl = (
  url: URL,
  {given, production}: {given: string; production: boolean},
  errors: string[],
): void => {
  const isHttp = /^https?:$/.test(url.protocol);
  if (!isHttp) errors.push(createMessage('be an http or https URL', given));
  else if (production && url.protocol !== 'https:')
    errors.push(createMessage('begin with https:// in production', given));
  if (url.username || url.password)
    errors.push('CONSOLE_URL must not contain a user or a password.');
  if (url.search || url.hash || !url.pathname.endsWith(CONSOLE_PATH))
    errors.push(createMessage(`end with ${CONSOLE_PATH}`, given));
};

const createMessage = (expected: string, given: string): string =>
  `CONSOLE_URL must ${expected}, but is "${redactValue(given)}".`;

const getHost = (url: string): string | undefined =>
  URL.canParse(url) ? new URL(url).host : undefined;
