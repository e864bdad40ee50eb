import {isIP} from 'node:net';

import {requirePublicHost, getHost, isAllowedHost, getPort} from './addresses.js';

interface Where {
  allowedHosts: readonly string[];
  production: boolean;
}

/** What keeps an address from being called, with what to do about it; undefined when nothing does. */
export const validateUrl = (
  given: string,
  {allowedHosts, production}: Where,
): string | undefined => {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    return 'must be a whole address that begins with https://';
  }
  if (url.username || url.password) return 'must hold no user and no password';
  if (url.hash) return 'must have no fragment';
  if (isAllowedHost(url, allowedHosts)) return undefined;
  if (isPrivate(url)) {
    return `leads into a private network, which needs ALLOW_PRIVATE_HOSTS=${getHost(url)}:${getPort(url)}`;
  }
  if (production && url.protocol !== 'https:') return 'must begin with https:// in production';
  return undefined;
};

const isPrivate = (url: URL): boolean => {
  if (isIP(getHost(url)) === 0) return /(^|\.)localhost$/.test(url.hostname);
  try {
    requirePublicHost(url);
    return false;
  } catch {
    return true;
  }
};
