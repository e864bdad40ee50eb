import ipaddr from 'ipaddr.js';

/** Returns true for an IP address of this machine, also in the form `::ffff:127.0.0.1`. */
export const isLoopbackAddress = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';

/**
 * Returns true for `localhost` and for loopback IP addresses, with or without the brackets of a
 * URL. `withSubdomains` also accepts names such as `shop.localhost`. Browsers resolve them to this
 * machine, but a name service can resolve them to another one.
 */
export const isLoopbackHost = (host: string, {withSubdomains = false} = {}): boolean =>
  host === 'localhost' ||
  (withSubdomains && host.endsWith('.localhost')) ||
  isLoopbackAddress(host.replace(/^\[|\]$/g, ''));

/** Returns true for a URL whose host is `localhost` or a loopback IP address. */
export const isLoopbackUrl = (url: string): boolean =>
  URL.canParse(url) && isLoopbackHost(new URL(url).hostname);
