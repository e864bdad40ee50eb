import {X509Certificate, createPrivateKey} from 'node:crypto';
import {readFileSync} from 'node:fs';
import type {ConnectionOptions} from 'node:tls';

/** Values of `sslmode`, with the meaning they have in libpq. */
const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

export interface DatabaseTls {
  /** Value of `sslmode`; undefined if it is missing. */
  mode: TlsMode | undefined;
  /** Options of the TLS connection; undefined without TLS. */
  options: ConnectionOptions | undefined;
}

export interface TlsParameters {
  sslmode?: string;
  sslrootcert?: string;
  sslcert?: string;
  sslkey?: string;
  sslpassword?: string;
}

/** Value of `sslrootcert` for the certificate authorities that are included in Node. */
const SYSTEM = 'system';

/** Reads the TLS parameters and the files that they name. Adds unusable values to `errors`. */
export const readTls = (given: TlsParameters, errors: string[]): DatabaseTls => {
  const mode = given.sslmode ?? (given.sslrootcert === SYSTEM ? 'verify-full' : undefined);
  if (mode !== undefined && !isTlsMode(mode)) {
    errors.push(`DATABASE_URL must have sslmode=${TLS_MODES.join(', ')}, but has another value.`);
    return {mode: undefined, options: undefined};
  }
  if (mode === undefined || mode === 'disable') {
    const unusedName = (['sslrootcert', 'sslcert', 'sslkey'] as const).find((name) => given[name]);
    if (unusedName)
      errors.push(`DATABASE_URL has ${unusedName}, which needs sslmode. Add sslmode=verify-full.`);
    return {mode, options: undefined};
  }
  if (given.sslrootcert === SYSTEM && mode !== 'verify-full') {
    errors.push('DATABASE_URL accepts sslrootcert=system only with sslmode=verify-full.');
  }
  const ca = given.sslrootcert === SYSTEM ? undefined : readAuthority(given.sslrootcert, errors);
  return {
    mode,
    options: {...verification(mode, ca), ...(ca && {ca}), ...readClientCertificate(given, errors)},
  };
};

const isTlsMode = (mode: string): mode is TlsMode =>
  (TLS_MODES as readonly string[]).includes(mode);

const verification = (mode: TlsMode, ca: string | undefined): ConnectionOptions => {
  // As in libpq: `require` checks the certificate only if an authority is named.
  if (mode === 'require' && ca === undefined) return {rejectUnauthorized: false};
  // The certificate chain is checked, but not the host name.
  if (mode !== 'verify-full') return {checkServerIdentity: () => undefined};
  return {};
};

const readAuthority = (file: string | undefined, errors: string[]): string | undefined =>
  file === undefined
    ? undefined
    : readPem('sslrootcert', file, errors, (text) => new X509Certificate(text));

const readClientCertificate = (
  {sslcert, sslkey, sslpassword}: TlsParameters,
  errors: string[],
): ConnectionOptions => {
  if (!sslcert && !sslkey) return {};
  if (!sslcert || !sslkey) {
    errors.push('DATABASE_URL must have sslcert and sslkey together.');
    return {};
  }
  const passphrase = sslpassword;
  const cert = readPem('sslcert', sslcert, errors, (text) => new X509Certificate(text));
  const key = readPem('sslkey', sslkey, errors, (text) =>
    createPrivateKey({key: text, passphrase: passphrase ?? ''}),
  );
  return {...(cert && {cert}), ...(key && {key}), ...(passphrase && {passphrase})};
};

/** Returns the text of a PEM file if `parse` accepts it. Otherwise adds an error to `errors`. */
const readPem = (
  name: string,
  file: string,
  errors: string[],
  parse: (text: string) => unknown,
): string | undefined => {
  try {
    const text = readFileSync(file, 'utf8');
    parse(text);
    return text;
  } catch (error) {
    const {code = 'not the expected PEM file'} = error as NodeJS.ErrnoException;
    errors.push(
      `DATABASE_URL has ${name}=${file}, which cannot be used (${code}). Name a readable PEM file.`,
    );
    return undefined;
  }
};
