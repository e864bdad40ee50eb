import {BlockList, isIP, isIPv4} from 'node:net';

import type {FastifyRequest} from 'fastify';
import ipaddr from 'ipaddr.js';

import type {IpMode} from '../config/environment.js';

/** Client network of requests without an IP address, because their connection was reset. */
const UNKNOWN = 'unknown';

/**
 * Returns the IP address in an entry of `X-Forwarded-For`, in canonical form; undefined if the
 * entry has none. Proxies also write a port, brackets, quotes (RFC 7239) and zones, and an IPv4
 * address as `::ffff:203.0.113.5`.
 */
export const parseForwardedIp = (entry: string | undefined): string | undefined => {
  if (!entry) return undefined;
  if (isIPv4(entry)) return entry;
  const text = entry.trim().replace(/^"(.*)"$/, '$1');
  const bracketed = /^\[([^\]]*)\](?::\S*)?$/.exec(text)?.[1];
  const ip = [bracketed ?? text, text.replace(/:[\w.-]+$/, '')].find((part) => isIP(part) !== 0);
  // A zone such as %eth0 has a meaning only on one machine, and PostgreSQL's inet refuses it.
  return ip && ipaddr.process(ip.replace(/%.*/, '')).toString();
};

/** Returns a function that tests whether an entry is the IP address of one of the proxies. */
export const createProxyTest = (proxies: readonly string[]): ((entry: string) => boolean) => {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [ip = '', bits] = proxy.replace(/%[^/]*/, '').split('/');
    if (bits === undefined) list.addAddress(ip, getFamily(ip));
    else list.addSubnet(ip, Number(bits), getFamily(ip));
  }
  return (entry) => {
    const ip = parseForwardedIp(entry);
    return ip !== undefined && list.check(ip, getFamily(ip));
  };
};

const getFamily = (ip: string) => (isIPv4(ip) ? 'ipv4' : 'ipv6');

type Connection = Pick<FastifyRequest, 'ip' | 'ips'>;

/**
 * Returns the client's IP address; undefined if the connection has none. An entry of
 * `X-Forwarded-For` without an IP address counts as the proxy that sent it.
 */
export const getClientIp = ({ip, ips}: Connection): string | undefined =>
  (ips ?? [ip]).map(parseForwardedIp).findLast((found) => found !== undefined);

/** Returns the client network of a request, for the limits: an IPv4 address or an IPv6 /64. */
export const clientRateLimitKey = (request: Connection): string => {
  const ip = getClientIp(request);
  if (ip === undefined) return UNKNOWN;
  return isIPv4(ip) ? ip : `${cut(ip, 8)}/64`;
};

/** Returns the IP address in the form that the mode stores: whole, cut to /24 or /48, or null. */
export const anonymizeIp = (ipAddress: string | undefined, mode: IpMode): string | null => {
  const ip = mode === 'none' ? undefined : parseForwardedIp(ipAddress);
  if (ip === undefined) return null;
  if (mode === 'full') return ip;
  return cut(ip, isIPv4(ip) ? 3 : 6);
};

/** Returns the client's IP address in the form that the settings store. */
export const getStoredIp = (
  request: Connection,
  {audit}: {audit: {ipMode: IpMode}},
): string | null => anonymizeIp(getClientIp(request), audit.ipMode);

const cut = (ip: string, keptBytes: number): string => {
  const bytes = ipaddr.parse(ip).toByteArray();
  return ipaddr.fromByteArray(bytes.map((byte, i) => (i < keptBytes ? byte : 0))).toString();
};
