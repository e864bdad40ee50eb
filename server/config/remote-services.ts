import {isIP} from 'node:net';

import {readConnectionUrl} from '../database/connection-url.js';
import {isLoopbackHost, isLoopbackUrl} from '../outbound/loopback.js';
import {PERCENT_ENCODE, cutsCredentials} from '../text/percent-encoding.js';
import {parseEmail} from '../text/email.js';
import {isHost, redactValue} from './setting-values.js';
import type {Settings} from './environment.js';

export interface S3Settings {
  bucket: string;
  endpoint: string | undefined;
  publicEndpoint: string | undefined;
  forcePathStyle: boolean;
  /** Region of the bucket. Undefined: the region of the AWS profile. */
  region: string | undefined;
  /** Fixed credentials. Undefined: the SDK's credential chain, such as the machine's role. */
  credentials: {accessKeyId: string; secretAccessKey: string; sessionToken?: string} | undefined;
}

export interface MailSettings {
  smtpUrl: string | undefined;
  /** Name that is sent in EHLO, unless SMTP_URL contains one. Undefined: the machine's name. */
  ehloName: string | undefined;
  /** True if e-mail is sent only over encrypted connections. */
  requireTls: boolean;
  from: string;
  admin: string | undefined;
}

export interface ScannerSettings {
  host: string;
  port: number;
  required: boolean;
}

export const readDatabaseUrl = (
  settings: Settings,
  production: boolean,
  errors: string[],
): string | undefined => {
  const given = settings.DATABASE_URL;
  const connection = given && readConnectionUrl(given, errors);
  if (!connection) return given;
  const isRemote = connection.hosts.some(({host, path}) => !path && !isLoopbackHost(host));
  if (production && isRemote && connection.tls.mode === undefined) {
    errors.push(
      'DATABASE_URL must have sslmode for a remote database in production. Add ' +
        '?sslmode=verify-full, or ?sslmode=disable if the network is private.',
    );
  }
  return given;
};

export const readS3Settings = (
  settings: Settings,
  production: boolean,
  errors: string[],
): S3Settings | undefined => {
  if (!settings.S3_BUCKET) {
    if (settings.S3_ENDPOINT) errors.push('S3_ENDPOINT is set, so S3_BUCKET must be set too.');
    return undefined;
  }
  if (!isBucketName(settings.S3_BUCKET)) {
    errors.push(`S3_BUCKET ${MUST_BE_BUCKET}, but is "${redactValue(settings.S3_BUCKET)}".`);
  }
  for (const name of ['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT'] as const) {
    const given = settings[name];
    if (given && !isWebUrl(given)) {
      errors.push(
        `${name} must be an http or https URL without credentials, query and fragment, but is "${redactValue(given)}". Set credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and remove the rest.`,
      );
    } else if (given?.startsWith('http:') && production && !settings.S3_ALLOW_HTTP) {
      if (!isLoopbackUrl(given))
        errors.push(`${name} ${MUST_BE_HTTPS}, but is "${redactValue(given)}".`);
    }
  }
  return {
    bucket: settings.S3_BUCKET,
    endpoint: settings.S3_ENDPOINT,
    publicEndpoint: settings.S3_PUBLIC_ENDPOINT,
    forcePathStyle: settings.S3_FORCE_PATH_STYLE ?? settings.S3_ENDPOINT !== undefined,
    region: settings.AWS_REGION ?? settings.AWS_DEFAULT_REGION ?? getDefaultRegion(settings),
    credentials: readS3Credentials(settings, errors),
  };
};

/** Returns a region for other stores than Amazon S3: most have no regions and accept any name. */
const getDefaultRegion = ({S3_ENDPOINT}: Settings): string | undefined =>
  S3_ENDPOINT ? 'us-east-1' : undefined;

const MUST_BE_HTTPS =
  'must begin with https:// in production, unless S3_ALLOW_HTTP=true for a private network';

/** End of the error about a name that `isBucketName` refuses. */
export const MUST_BE_BUCKET =
  'must be the name of a bucket without a folder, in letters, digits, dots, hyphens, underscores and colons';

const MAX_BUCKET_LENGTH = 255;

/**
 * Returns whether a store can have this bucket. Other stores than Amazon S3 also have capital
 * letters, underscores, and a colon after a tenant. An ARN names an access point.
 */
export const isBucketName = (name: string): boolean =>
  name.length <= MAX_BUCKET_LENGTH && /^([a-z\d_][\w.:-]*|arn:[\w.:/-]+)$/i.test(name);

/**
 * Returns true for an http or https URL without credentials, which have separate settings. The S3
 * client would silently ignore a query and a fragment.
 */
const isWebUrl = (url: string): boolean => {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url) || /[?#]/.test(url)) return false;
  const {username, password} = new URL(url);
  return !username && !password && !cutsCredentials(url);
};

const readS3Credentials = (settings: Settings, errors: string[]): S3Settings['credentials'] => {
  const {AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey} = settings;
  // Stores refuse temporary credentials without their token.
  const token = settings.AWS_SESSION_TOKEN;
  if (accessKeyId && secretAccessKey) {
    return {accessKeyId, secretAccessKey, ...(token && {sessionToken: token})};
  }
  if (accessKeyId || secretAccessKey) {
    errors.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together.');
  }
  return undefined;
};

export const readMailSettings = (
  settings: Settings,
  production: boolean,
  errors: string[],
): MailSettings => {
  const {SMTP_URL: smtpUrl} = settings;
  if (smtpUrl && !/^smtps?:\/\//.test(smtpUrl)) {
    errors.push('SMTP_URL must begin with smtp:// or smtps://.');
  } else if (smtpUrl && (cutsCredentials(smtpUrl) || !URL.canParse(smtpUrl))) {
    errors.push(`SMTP_URL cannot be read as a URL. ${PERCENT_ENCODE}`);
  } else if (smtpUrl && !new URL(smtpUrl).hostname) {
    errors.push('SMTP_URL must name a host, such as smtp://mail.example.com:587.');
  }
  return {
    smtpUrl,
    ehloName: fullName(settings.PUBLIC_URL),
    requireTls:
      production &&
      !settings.SMTP_ALLOW_PLAINTEXT &&
      smtpUrl !== undefined &&
      !isLoopbackUrl(smtpUrl),
    from: parseEmail(settings.MAIL_FROM ?? '') ?? 'maria@localhost.localdomain',
    // If e-mail is captured instead of sent, alerts are captured too.
    admin:
      parseEmail(settings.ADMIN_EMAIL ?? '') ??
      (smtpUrl ? undefined : 'operator@localhost.localdomain'),
  };
};

const CLAMAV_PORT = 3310;

/**
 * Returns the URL's host if it is a fully qualified name. The name of a container has no dot, and
 * the mail library would send `EHLO [127.0.0.1]` for it, which some relays refuse.
 */
const fullName = (url = ''): string | undefined => {
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : '';
  return isIP(host) === 0 && /^[^[].*\.[^.]+$/.test(host) && !host.endsWith('.localhost')
    ? host
    : undefined;
};

export const readScannerSettings = (
  settings: Settings,
  errors: string[],
): ScannerSettings | undefined => {
  if (!settings.CLAMAV_HOST) return undefined;
  const match = /^([^:[\]]+|\[[^\]]+\])(?::(\d{1,5}))?$/.exec(settings.CLAMAV_HOST);
  const host = match?.[1]?.replace(/^\[|\]$/g, '') ?? '';
  const port = Number(match?.[2] ?? CLAMAV_PORT);
  if (!isHost(host) || port < 1 || port > 65_535) {
    const given = redactValue(settings.CLAMAV_HOST);
    errors.push(
      `CLAMAV_HOST must be host:port, or host with port ${CLAMAV_PORT}, but is "${given}".`,
    );
    return undefined;
  }
  return {host, port, required: settings.SCAN_REQUIRED};
};
