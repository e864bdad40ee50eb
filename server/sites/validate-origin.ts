import {isLoopbackHost} from '../outbound/loopback.js';

/** Schemes whose pages have no separate origin, or run in the page that opened them. */
const WITHOUT_ORIGIN = ['file', 'data', 'blob', 'javascript', 'about', 'filesystem', 'view-source'];

/** Origin of a page in an app, such as capacitor://localhost or app://bundle. */
const APP_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9_-]+(\.[a-z0-9_-]+)*(:\d{1,5})?$/;

/**
 * Returns why a text is not an origin exactly as browsers send it. Returns undefined for a valid
 * origin. The list of origins is compared letter by letter with the `Origin` header.
 */
export const validateOrigin = (given: string): string | undefined => {
  // The origin of sandboxed frames and files. It allows all of them, so it must be explicit.
  if (given === 'null') return undefined;
  if (!URL.canParse(given)) {
    return `"${given}" is not an origin. Write it like https://www.example.com`;
  }
  if (given.includes('*')) {
    return `"${given}" contains a *, which matches nothing. Pass each origin with a separate --origin.`;
  }
  const {protocol} = new URL(given);
  return /^(https?|wss?|ftp):$/.test(protocol)
    ? validateWebOrigin(given)
    : validateAppOrigin(given);
};

const validateWebOrigin = (given: string): string | undefined => {
  const {origin, protocol, hostname} = new URL(given);
  const isLocal = protocol === 'http:' && isLoopbackHost(hostname, {withSubdomains: true});
  if (protocol !== 'https:' && !isLocal) {
    return `"${given}" is not https. Only localhost may be http.`;
  }
  if (given === origin) return undefined;
  return `"${given}" is not exactly what browsers send. Write ${origin}`;
};

/** Validates an app's origin. It is `null` in the URL standard, but apps send scheme and host. */
const validateAppOrigin = (given: string): string | undefined => {
  const {protocol, host} = new URL(given);
  const scheme = protocol.slice(0, -1);
  if (WITHOUT_ORIGIN.includes(scheme) || host === '') {
    return `"${given}" is not an origin. Write it like https://www.example.com or capacitor://localhost; files have the origin null.`;
  }
  if (APP_ORIGIN.test(given)) return undefined;
  return `"${given}" is not exactly what browsers send. Write ${scheme}://${host.toLowerCase()}`;
};
