import {X509Certificate, createPrivateKey} from 'node:crypto';
import {readFileSync} from 'node:fs';
import type {ConnectionOptions} from 'node:tls';

/** Values of `sslmode`, with the meaning they have in libpq. */
const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof TLS_MODES)[number];

export interface DatabaseTls {
  /** `sslmode` as given; undefined when it is missing. */
  mode: TlsMode | undefined;
  /** Undefined for a connection without TLS. */
  options: ConnectionOptions | undefined;
}

export interface TlsParameters {
  sslmode?: string;
  sslrootcert?: string;
  sslcert?: string;
  sslkey?: string;
  sslpassword?: string;
}

/** Value of `sslrootcert` for the certificate authorities that Node comes with. */
const SYSTEM = 'system';

/**
 * Reads how connections are encrypted, and the files that are named for it. What cannot be used is
 * added to `faults`.
 */
export const readTls = (given: TlsParameters, faults: string[]): DatabaseTls => {
  const mode = given.sslmode ?? (given.sslrootcert === SYSTEM ? 'verify-full' : undefined);
  if (mode !== undefined && !isTlsMode(mode)) {
    faults.push(`DATABASE_URL takes sslmode=${TLS_MODES.join(', ')}, but has another value.`);
    return {mode: undefined, options: undefined};
  }
  if (mode === undefined || mode === 'disable') {
    const unused = (['sslrootcert', 'sslcert', 'sslkey'] as const).find((name) => given[name]);
    if (unused) faults.push(`DATABASE_URL has ${unused}, which needs sslmode=verify-full as well.`);
    return {mode, options: undefined};
  }
  if (given.sslrootcert === SYSTEM && mode !== 'verify-full') {
    faults.push('DATABASE_URL takes sslrootcert=system only with sslmode=verify-full.');
  }
  const ca = given.sslrootcert === SYSTEM ? undefined : authority(given.sslrootcert, faults);
  return {
    mode,
    options: {...identity(mode, ca), ...(ca && {ca}), ...ownCertificate(given, faults)},
  };
};

const isTlsMode = (mode: string): mode is TlsMode =>
  (TLS_MODES as readonly string[]).includes(mode);

const identity = (mode: TlsMode, ca: string | undefined): ConnectionOptions => {
  // As in libpq: whoever names an authority wants it to be asked.
  if (mode === 'require' && ca === undefined) return {rejectUnauthorized: false};
  // The chain is checked, the name is not.
  if (mode !== 'verify-full') return {checkServerIdentity: () => undefined};
  return {};
};

const authority = (file: string | undefined, faults: string[]): string | undefined =>
  file === undefined
    ? undefined
    : usable('sslrootcert', file, faults, (text) => new X509Certificate(text));

const ownCertificate = (
  {sslcert, sslkey, sslpassword}: TlsParameters,
  faults: string[],
): ConnectionOptions => {
  if (!sslcert && !sslkey) return {};
  if (!sslcert || !sslkey) {
    faults.push('DATABASE_URL must have sslcert and sslkey together.');
    return {};
  }
  const passphrase = sslpassword;
  const cert = usable('sslcert', sslcert, faults, (text) => new X509Certificate(text));
  const key = usable('sslkey', sslkey, faults, (text) =>
    createPrivateKey({key: text, passphrase: passphrase ?? ''}),
  );
  return {...(cert && {cert}), ...(key && {key}), ...(passphrase && {passphrase})};
};

/** The text of a PEM file that `parse` accepts. */
const usable = (
  name: string,
  file: string,
  faults: string[],
  parse: (text: string) => unknown,
): string | undefined => {
  try {
    const text = readFileSync(file, 'utf8');
    parse(text);
    return text;
  } catch (error) {
    const {code = 'it is no such PEM file'} = error as NodeJS.ErrnoException;
    faults.push(`DATABASE_URL has ${name}=${file}, which cannot be used (${code}).`);
    return undefined;
  }
};
