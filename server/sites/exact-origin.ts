const LOCAL = /^(localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/;

/** Schemes whose pages have no origin of their own, or run in the page that opened them. */
const WITHOUT_ORIGIN = ['file', 'data', 'blob', 'javascript', 'about', 'filesystem', 'view-source'];

/** Origin of a page in an app, such as capacitor://localhost or app://bundle. */
const APP_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9_-]+(\.[a-z0-9_-]+)*(:\d{1,5})?$/;

/**
 * Returns what keeps a text from being the origin of pages as browsers send it; undefined if
 * nothing does. The list is compared letter by letter with what browsers send.
 */
export const validateOrigin = (given: string): string | undefined => {
  // What sandboxed frames and files send. It lets any of them in, so nobody gets it unasked.
  if (given === 'null') return undefined;
  if (!URL.canParse(given)) {
    return `"${given}" is no origin. Write it like https://www.example.com`;
  }
  if (given.includes('*')) {
    return `"${given}" holds a *, which matches nothing. Name each origin with an --origin of its own.`;
  }
  const {protocol} = new URL(given);
  return /^(https?|wss?|ftp):$/.test(protocol)
    ? validateWebOrigin(given)
    : validateAppOrigin(given);
};

const validateWebOrigin = (given: string): string | undefined => {
  const {origin, protocol, hostname} = new URL(given);
  const isLocal = protocol === 'http:' && LOCAL.test(hostname);
  if (protocol !== 'https:' && !isLocal) {
    return `"${given}" is not https. Only localhost may be http.`;
  }
  if (given === origin) return undefined;
  return `"${given}" is not exactly what browsers send. Write ${origin}`;
};

/** The URL standard gives these the origin `null`, but the apps' own browsers send scheme and host. */
const validateAppOrigin = (given: string): string | undefined => {
  const {protocol, host} = new URL(given);
  const scheme = protocol.slice(0, -1);
  if (WITHOUT_ORIGIN.includes(scheme) || host === '') {
    return `"${given}" is no origin. Expected one like https://www.example.com or capacitor://localhost; files have the origin null.`;
  }
  if (APP_ORIGIN.test(given)) return undefined;
  return `"${given}" is not exactly what browsers send. Write ${scheme}://${host.toLowerCase()}`;
};
