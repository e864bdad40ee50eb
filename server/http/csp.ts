type DirectiveName =
  | 'default-src'
  | 'script-src'
  | 'style-src'
  | 'img-src'
  | 'font-src'
  | 'connect-src'
  | 'frame-src'
  | 'form-action'
  | 'base-uri'
  | 'frame-ancestors'
  | 'sandbox'
  | 'require-trusted-types-for'
  | 'trusted-types';

/** Sources of each directive, in the order of the header. A directive without sources has `''`. */
export type CspDirectives = Readonly<Partial<Record<DirectiveName, string>>>;

export const CSP_HEADER = 'content-security-policy';

/** Returns the value of a `Content-Security-Policy` header. */
export const buildCsp = (directives: CspDirectives, separator = '; '): string =>
  Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`.trimEnd())
    .join(separator);
