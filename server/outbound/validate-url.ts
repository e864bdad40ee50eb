import {isIP} from 'node:net';

import {isLoopbackHost} from './loopback.js';
import {requirePublicHost, getHost, isAllowedHost, getPort} from './public-host.js';

interface UrlPolicy {
  allowedHosts: readonly string[];
  production: boolean;
}

/** Returns why a URL cannot be called, and what to do. Returns undefined for a valid URL. */
export const validateUrl = (
  given: string,
  {allowedHosts, production}: UrlPolicy,
): string | undefined => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    return 'must be a complete URL that begins with https://';
  }
  if (url.username || url.password) return 'must not contain a user or a password';
  if (url.hash) return 'must not contain a fragment';
  if (isAllowedHost(url, allowedHosts)) return undefined;
  if (isPrivate(url)) {
    return `must not lead into a private network without ALLOW_PRIVATE_HOSTS=${getHost(url)}:${getPort(url)}`;
  }
  if (production && url.protocol !== 'https:') return 'must begin with https:// in production';
  return undefined;
};

const isPrivate = (url: URL): boolean => {
  if (isIP(getHost(url)) === 0) return isLoopbackHost(url.hostname, {withSubdomains: true});
  try {
    requirePublicHost(url);
    return false;
  } catch {
    return true;
  }
};
