import type {IncomingHttpHeaders} from 'node:http';

import type {Config} from '../config/config.js';
import {OriginNotAllowed} from '../errors.js';
import {isLoopbackUrl} from '../outbound/loopback.js';
import {isDemoSite} from './demo-sites.js';
import type {Site} from './store.js';

/** An origin that is safe to repeat in a message. A host name has at most 253 characters. */
const REPEATABLE_ORIGIN = /^(null|[a-z][a-z0-9+.-]{0,30}:\/\/[\w.:[\]-]{1,262})$/i;

export const isRepeatableOrigin = (origin: string): boolean => REPEATABLE_ORIGIN.test(origin);

/**
 * Returns the origin of the page that calls; undefined for programs. Browsers send no `Origin` if a
 * page reads from its own host, such as the demo page.
 */
export const findPageOrigin = (
  {origin, 'sec-fetch-site': site}: IncomingHttpHeaders,
  {publicUrl}: Pick<Config, 'publicUrl'>,
): string | undefined => origin ?? (site === 'same-origin' ? new URL(publicUrl).origin : undefined);

/**
 * Refuses a browser's call from an origin that the site does not list. Programs send no `Origin`
 * and pass: this check protects the site's visitors and is not a login.
 */
export const requireAllowedOrigin = (
  site: Site,
  origin: string | undefined,
  config: Pick<Config, 'publicUrl' | 'production'>,
): void => {
  if (origin === undefined || site.allowedOrigins.includes(origin)) return;
  const own = new URL(config.publicUrl).origin;
  const isDemo = isDemoSite(site.key) && !config.production;
  if (isDemo && (origin === own || isLocalPage(origin))) return;
  const isRepeatable = isRepeatableOrigin(origin);
  throw new OriginNotAllowed(
    `The page's origin is ${isRepeatable ? `"${origin}"` : 'of an unusual form'}. ` +
      `The allowed_origins of the site "${site.key}" do not contain it. ` +
      `To allow it, run: maria site set ${site.key} --add-origin ${isRepeatable ? origin : 'ORIGIN'}`,
    site.key,
  );
};

/** Returns true for the origin of a page that is served by the visitor's own machine. */
const isLocalPage = (origin: string): boolean =>
  /^https?:/.test(origin) && isLoopbackUrl(origin) && new URL(origin).origin === origin;
