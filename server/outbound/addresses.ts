import {lookup as systemLookup} from 'node:dns';
import type {LookupAddress, LookupAllOptions} from 'node:dns';
import {isIP} from 'node:net';
import type {LookupFunction} from 'node:net';

import ipaddr from 'ipaddr.js';

import {CallFailed} from './failure.js';

/** Asks the name service for every address of a host. */
export type Resolve = (
  host: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Whether an address is one that anybody on the internet has; all others lead into somebody's network. */
export const isPublicAddress = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';

/** The host as a connection needs it: a URL spells IPv6 in brackets. */
export const getHost = ({hostname}: URL): string => hostname.replace(/^\[|\]$/g, '');

export const getPort = ({port, protocol}: URL): number =>
  Number(port || (protocol === 'https:' ? 443 : 80));

/** Whether the operator has named this host, or host and port, as one that may be called. */
export const isAllowedHost = (url: URL, allowed: readonly string[]): boolean => {
  const host = url.hostname.toLowerCase();
  return allowed.includes(host) || allowed.includes(`${host}:${getPort(url)}`);
};

/** Throws where a URL names a private address outright: no name is looked up for these. */
export const requirePublicHost = (url: URL): void => {
  const host = getHost(url);
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new CallFailed('address_refused');
};

/**
 * Resolves a name once and hands the connection what was judged, and nothing else: a name that
 * leads elsewhere a moment later has no second chance. One private address among public ones
 * refuses them all.
 */
export const publicLookup =
  (resolve: Resolve = systemLookup): LookupFunction =>
  (host, options, done) => {
    resolve(host, {...options, all: true}, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) {
        done(error ?? new Error('The name has no address.'), '', 0);
      } else if (!addresses.every(({address}) => isPublicAddress(address))) {
        done(new CallFailed('address_refused'), '', 0);
      } else if (options.all) done(null, addresses, 0);
      else done(null, first.address, first.family);
    });
  };
