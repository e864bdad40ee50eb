/** Advice for errors about a URL whose user name or password cannot be parsed. */
export const PERCENT_ENCODE =
  'Percent-encode the user name and the password: % as %25, # as %23, / as %2F, ? as %3F, @ as %40.';

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Splits `scheme://authority…`. The rest begins with `/`, `?` or `#`, or is empty. */
export const splitUrl = (url: string): {authority: string; rest: string} => {
  const text = url.replace(SCHEME, '');
  const end = text.search(/[/?#]/);
  return end === -1
    ? {authority: text, rest: ''}
    : {authority: text.slice(0, end), rest: text.slice(end)};
};

/**
 * Returns whether the credentials in a URL seem to contain a raw `/`, `?` or `#`. The authority
 * ends there, so that the `@` before the host is in the rest.
 */
export const cutsCredentials = (url: string): boolean => /[#@]/.test(splitUrl(url).rest);

/** Returns the decoded text; undefined if its percent-encoding is invalid or not UTF-8. */
export const decodePercent = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};
