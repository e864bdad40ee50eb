import type {Config} from '../config.js';
import {OriginNotAllowed} from '../errors.js';
import {isDemoSite} from './store.js';
import type {Site} from './store.js';

const LOCALHOST = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Refuses a browser's call from a page that the site does not list. Programs send no `Origin` and
 * pass: this protects the site's visitors, it is no login.
 */
export const demandAllowedOrigin = (
  site: Site,
  origin: string | undefined,
  config: Pick<Config, 'publicUrl' | 'production'>,
): void => {
  if (origin === undefined || site.allowedOrigins.includes(origin)) return;
  const own = new URL(config.publicUrl).origin;
  const isDemo = isDemoSite(site.key) && !config.production;
  if (isDemo && (origin === own || LOCALHOST.test(origin))) return;
  throw new OriginNotAllowed(
    `The page's origin is "${origin}", which is not among the allowed origins of site "${site.key}". ` +
      `Add it to the site's setting allowed_origins: --origin ${origin}`,
    site.key,
  );
};
