import {TLS_MODES} from './database/tls.js';
import type {Settings} from './settings.js';

export interface S3Settings {
  bucket: string;
  endpoint: string | undefined;
  publicEndpoint: string | undefined;
  forcePathStyle: boolean;
  region: string;
  /** Absent: the SDK's usual chain, such as the role of the machine. */
  credentials: {accessKeyId: string; secretAccessKey: string} | undefined;
}

export interface MailSettings {
  smtpUrl: string | undefined;
  /** No mail leaves on a connection that the server does not encrypt. */
  requireTls: boolean;
  from: string;
  admin: string | undefined;
}

export interface ScannerSettings {
  host: string;
  port: number;
  required: boolean;
}

const LOCAL_HOST = /^(localhost|127\.[\d.]+|\[::1\]|)$/;

export const databaseAddress = (
  settings: Settings,
  production: boolean,
  faults: string[],
): string | undefined => {
  const given = settings.DATABASE_URL;
  if (!given) return undefined;
  if (!/^postgres(ql)?:\/\//.test(given) || !URL.canParse(given)) {
    faults.push('DATABASE_URL must begin with postgres:// or postgresql://.');
    return given;
  }
  const {hostname, searchParams} = new URL(given);
  const mode = searchParams.get('sslmode');
  const modes: readonly string[] = TLS_MODES;
  if (mode !== null && !modes.includes(mode)) {
    faults.push(`DATABASE_URL takes sslmode=${TLS_MODES.join(', ')}, but has "${mode}".`);
  }
  if (production && mode === null && !LOCAL_HOST.test(hostname)) {
    faults.push(
      'DATABASE_URL must say how a remote database is reached in production: add ' +
        '?sslmode=verify-full, or sslmode=disable where nobody else is on the way.',
    );
  }
  return given;
};

export const s3Settings = (
  settings: Settings,
  production: boolean,
  faults: string[],
): S3Settings | undefined => {
  if (!settings.S3_BUCKET) {
    if (settings.S3_ENDPOINT) faults.push('S3_ENDPOINT is set, so S3_BUCKET must be set too.');
    return undefined;
  }
  for (const name of ['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT'] as const) {
    const given = settings[name];
    if (given && !/^https?:\/\//.test(given)) {
      faults.push(`${name} must begin with http:// or https://, but is "${given}".`);
    } else if (given?.startsWith('http:') && production && !settings.S3_ALLOW_HTTP) {
      if (!isLocal(given)) faults.push(`${name} ${MUST_BE_HTTPS}, but is "${given}".`);
    }
  }
  return {
    bucket: settings.S3_BUCKET,
    endpoint: settings.S3_ENDPOINT,
    publicEndpoint: settings.S3_PUBLIC_ENDPOINT,
    forcePathStyle: settings.S3_FORCE_PATH_STYLE ?? settings.S3_ENDPOINT !== undefined,
    region: settings.AWS_REGION ?? 'us-east-1',
    credentials: s3Credentials(settings, faults),
  };
};

const MUST_BE_HTTPS =
  'must begin with https:// in production, or S3_ALLOW_HTTP=true say that nobody else is on the way';

const isLocal = (address: string): boolean =>
  URL.canParse(address) && LOCAL_HOST.test(new URL(address).hostname);

const s3Credentials = (settings: Settings, faults: string[]): S3Settings['credentials'] => {
  const {AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey} = settings;
  if (accessKeyId && secretAccessKey) return {accessKeyId, secretAccessKey};
  if (accessKeyId || secretAccessKey) {
    faults.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together.');
  }
  return undefined;
};

export const mailSettings = (
  settings: Settings,
  production: boolean,
  faults: string[],
): MailSettings => {
  const {SMTP_URL: smtpUrl} = settings;
  if (smtpUrl && !/^smtps?:\/\//.test(smtpUrl)) {
    faults.push('SMTP_URL must begin with smtp:// or smtps://.');
  }
  return {
    smtpUrl,
    requireTls:
      production && !settings.SMTP_ALLOW_PLAINTEXT && smtpUrl !== undefined && !isLocal(smtpUrl),
    from: settings.MAIL_FROM ?? 'maria@localhost.localdomain',
    // Where mail is caught, alerts are to be seen as well.
    admin: settings.ADMIN_EMAIL ?? (smtpUrl ? undefined : 'operator@localhost.localdomain'),
  };
};

export const scanner = (settings: Settings, faults: string[]): ScannerSettings | undefined => {
  if (!settings.CLAMAV_HOST) return undefined;
  const match = /^([^:]+|\[[^\]]+\])(?::(\d+))?$/.exec(settings.CLAMAV_HOST);
  if (!match?.[1]) {
    faults.push(`CLAMAV_HOST must be host or host:port, but is "${settings.CLAMAV_HOST}".`);
    return undefined;
  }
  const host = match[1].replace(/^\[|\]$/g, '');
  return {host, port: Number(match[2] ?? 3310), required: settings.SCAN_REQUIRED};
};
