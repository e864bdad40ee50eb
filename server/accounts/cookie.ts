import {createHash, randomBytes} from 'node:crypto';

import type {FastifyRequest} from 'fastify';

import type {ConsoleSettings} from '../config/console.js';
import {DAY_MS} from '../units.js';

/** Time after which a session ends in any case. */
export const SESSION_MAX_MS = 30 * DAY_MS;

const SECRET_BYTES = 32;
const SECRET = /^[\w-]{43}$/;

/** Returns a new value for the cookie. */
export const createCookieSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** Returns the hash of a cookie, which is stored instead of the cookie. */
export const hashCookie = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Returns the value of the console's cookie; undefined if the request has none of that form. */
export const readCookie = (
  {headers}: FastifyRequest,
  console: ConsoleSettings,
): string | undefined => {
  const prefix = `${getCookieName(console)}=`;
  const found = (headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix))
    ?.slice(prefix.length);
  return found !== undefined && SECRET.test(found) ? found : undefined;
};

/** Returns the `Set-Cookie` header of a sign-in. */
export const createCookie = (secret: string, console: ConsoleSettings): string =>
  [
    `${getCookieName(console)}=${secret}`,
    'Path=/',
    `Max-Age=${SESSION_MAX_MS / 1000}`,
    'HttpOnly',
    'SameSite=Strict',
    ...(isSecure(console) ? ['Secure'] : []),
  ].join('; ');

/** Returns the name. Browsers accept its prefix only for `https:`, which production requires. */
export const getCookieName = (console: ConsoleSettings): string =>
  isSecure(console) ? '__Host-maria_console' : 'maria_console';

const isSecure = ({origin}: ConsoleSettings): boolean => origin.startsWith('https:');
