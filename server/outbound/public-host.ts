import {lookup as systemLookup} from 'node:dns';
import type {LookupAddress, LookupAllOptions} from 'node:dns';
import {isIP} from 'node:net';
import type {LookupFunction} from 'node:net';

import ipaddr from 'ipaddr.js';

import {CallFailed} from './call-failed.js';

/** Lookup of all IP addresses of a host. */
export type Resolve = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Returns true for an IP address on the public internet. All others are private or reserved. */
export const isPublicAddress = (ipAddress: string): boolean =>
  ipaddr.isValid(ipAddress) && ipaddr.process(ipAddress).range() === 'unicast';

/** Returns the host for a connection, without the brackets that a URL has around IPv6. */
export const getHost = ({hostname}: URL): string => hostname.replace(/^\[|\]$/g, '');

export const getPort = ({port, protocol}: URL): number =>
  Number(port || (protocol === 'https:' ? 443 : 80));

/** Returns true if the operator has allowed calls to this host, or to this host and port. */
export const isAllowedHost = (url: URL, allowed: readonly string[]): boolean => {
  const host = url.hostname.toLowerCase();
  return allowed.includes(host) || allowed.includes(`${host}:${getPort(url)}`);
};

/** Throws if the host is a private IP address, because IP addresses are never looked up. */
export const requirePublicHost = (url: URL): void => {
  const host = getHost(url);
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new CallFailed('address_refused');
};

/**
 * Returns a lookup that refuses private networks. The connection uses the IP addresses that were
 * checked, so a later change of the name has no effect (DNS rebinding). One private IP address
 * refuses the whole name.
 */
export const createPublicLookup =
  (resolve: Resolve = systemLookup): LookupFunction =>
  (host, options, callback) => {
    resolve(host, {...options, all: true}, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) {
        callback(error ?? new Error('The host name has no IP address.'), '', 0);
      } else if (!addresses.every(({address}) => isPublicAddress(address))) {
        callback(new CallFailed('address_refused'), '', 0);
      } else if (options.all) callback(null, addresses, 0);
      else callback(null, first.address, first.family);
    });
  };
