import {isIPv4} from 'node:net';

import ipaddr from 'ipaddr.js';

import type {IpMode} from '../settings.js';

/** The address as it may be stored: whole, cut to /24 or /48, or not at all. */
export const storedAddress = (address: string | undefined, mode: IpMode): string | null => {
  if (mode === 'none' || !address) return null;
  if (mode === 'full' && isIPv4(address)) return address;
  if (!ipaddr.isValid(address)) return null;
  // A zone such as %eth0 has a meaning on this machine alone, and inet does not take it.
  const parsed = ipaddr.process(address.replace(/%.*/, ''));
  if (mode === 'full') return parsed.toString();
  const bytes = parsed.toByteArray();
  const kept = parsed.kind() === 'ipv4' ? 3 : 6;
  return ipaddr.fromByteArray(bytes.map((byte, i) => (i < kept ? byte : 0))).toString();
};

/** One client for the limits: an IPv4 address, or an IPv6 /64, which is what one line gets. */
export const clientNetwork = (address: string): string => {
  if (isIPv4(address)) return address;
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const bytes = parsed.toByteArray().map((byte, i) => (i < 8 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/64`;
};
