const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What keeps a text from being the origin of pages as browsers send it; undefined when nothing. */
export const originFault = (given: string): string | undefined => {
  // What sandboxed frames and files send. It lets any of them in, so nobody gets it unasked.
  if (given === 'null') return undefined;
  if (!URL.canParse(given)) {
    return `"${given}" is no origin. Write it like https://www.example.com`;
  }
  const {origin, protocol, hostname} = new URL(given);
  if (given.includes('*')) {
    return `"${given}" holds a *, which matches nothing. Name each origin with an --origin of its own.`;
  }
  const isLocal = protocol === 'http:' && LOCAL.has(hostname);
  if (protocol !== 'https:' && !isLocal) {
    return `"${given}" is not https. Only localhost may be http.`;
  }
  if (given === origin) return undefined;
  return `"${given}" is not exactly what browsers send. Write ${origin}`;
};
