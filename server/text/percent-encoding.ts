/** For messages about a URL whose user name or password could not be read. */
export const PERCENT_ENCODE =
  'Percent-encode the user name and the password: % as %25, # as %23, / as %2F, ? as %3F, @ as %40.';

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** The parts of `scheme://authority…`: the rest begins with `/`, `?` or `#`, or is empty. */
export const splitUrl = (url: string): {authority: string; rest: string} => {
  const text = url.replace(SCHEME, '');
  const end = text.search(/[/?#]/);
  return end === -1
    ? {authority: text, rest: ''}
    : {authority: text.slice(0, end), rest: text.slice(end)};
};

/**
 * Whether a URL with credentials seems to have a raw `/`, `?` or `#` in them: the user name or the
 * password is cut there, and the `@` before the host comes only afterwards.
 */
export const cutsCredentials = (url: string): boolean => /[#@]/.test(splitUrl(url).rest);

/** The text behind percent-encoded bytes; undefined when they are no UTF-8 text. */
export const percentDecoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};
