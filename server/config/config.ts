import {isIP} from 'node:net';
import path from 'node:path';

import ipaddr from 'ipaddr.js';

import {PDF_CONTENT_TYPE} from '../contract/limits.js';
import {
  readDatabaseUrl,
  readMailSettings,
  readS3Settings,
  readScannerSettings,
} from './remote-services.js';
import type {MailSettings, S3Settings, ScannerSettings} from './remote-services.js';
import {readAllowedHosts, readResponderSettings} from './responder.js';
import type {ResponderSettings} from './responder.js';
import {loadOrCreateSecret, readSecrets, getSecretFile, createSecretKey} from './secrets.js';
import type {SecretKeys} from './secrets.js';
import {parseEmail} from '../text/email.js';
import {DAY_MS, HOUR_MS, MEBIBYTE, MINUTE_MS} from '../units.js';
import {readConsoleSettings} from './console.js';
import type {ConsoleSettings} from './console.js';
import {readSettings} from './read-settings.js';
import {isHost, redactValue} from './setting-values.js';
import type {IpMode, LogLevel, Settings} from './environment.js';
import {findUnknownSettings} from './unknown-settings.js';

export interface Config {
  port: number;
  host: string;
  publicUrl: string;
  /** Undefined if the console is switched off. */
  console: ConsoleSettings | undefined;
  production: boolean;
  dataDir: string;
  secrets: SecretKeys;
  /** Path of the file with the secret. Undefined if SECRET_KEY contains the secret. */
  secretFile: string | undefined;
  databaseUrl: string | undefined;
  s3: S3Settings | undefined;
  mail: MailSettings;
  limits: {maxFiles: number; minFiles: number; maxFileBytes: number};
  uploads: {perSession: number; perClient: number; total: number};
  streams: {perSession: number; perClient: number; total: number};
  ratePerMinute: number;
  trustProxy: string[];
  visit: {idleMs: number; maxMs: number; leaveGraceMs: number | undefined};
  retention: {pendingMs: number; completeMs: number | undefined};
  audit: {retentionDays: number; ipDays: number; archiveDir: string | undefined; ipMode: IpMode};
  cleanup: {intervalMs: number; quarantineMs: number};
  downloadSeconds: number;
  verificationMs: number;
  scanner: ScannerSettings | undefined;
  responder: ResponderSettings;
  /** Hosts on private networks that can be called, as a name, or as name and port. */
  allowedHosts: string[];
  /** Number of days for which the files of a release are kept after their last use. */
  widgetReleaseDays: number;
  logLevel: LogLevel;
  /** Warnings about environment variables that look like mistyped settings. */
  unknownSettings: string[];
}

/** Error that lists all wrong or missing settings. */
export class InvalidSettings extends Error {
  constructor(readonly errors: string[]) {
    super(
      `Maria Chat cannot start with these settings:\n${errors.map((f) => `  - ${f}`).join('\n')}`,
    );
    this.name = 'InvalidSettings';
  }
}

/** Reads the settings. Throws `InvalidSettings` with all errors. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const errors: string[] = [];
  const settings = withEndpoint(readSettings(env, errors));
  const production = settings.NODE_ENV === 'production';
  const publicUrl = readPublicUrl(settings, production, errors);
  if (production) requireProductionSettings(settings, errors);
  checkValues(settings, errors);
  const databaseUrl = readDatabaseUrl(settings, production, errors);
  const hosts = readAllowedHosts(settings, errors);
  const config = {
    ...toPlainValues(settings),
    publicUrl,
    console: readConsoleSettings(settings, {publicUrl, production}, errors),
    production,
    databaseUrl,
    s3: readS3Settings(settings, production, errors),
    mail: readMailSettings(settings, production, errors),
    trustProxy: readTrustedProxies(settings, errors),
    scanner: readScannerSettings(settings, errors),
    responder: readResponderSettings(settings, {production, allowedHosts: hosts}, errors),
    allowedHosts: hosts,
    unknownSettings: findUnknownSettings(env),
  };
  const given = readSecrets(settings, errors);
  // A secret is generated only if the other settings are valid.
  const generate = () => (errors.length === 0 ? [loadOrCreateSecret(config.dataDir, errors)] : []);
  const [first, ...others] = given ?? generate();
  if (first === undefined || errors.length > 0) throw new InvalidSettings(errors);
  return {...config, secrets: [createSecretKey(first), ...others.map(createSecretKey)]};
};

/** Returns the values that need no check against other settings, in the units of the code. */
const toPlainValues = (settings: Settings) => ({
  port: settings.PORT,
  host: settings.HOST,
  dataDir: path.resolve(settings.DATA_DIR),
  secretFile: getSecretFile(settings),
  limits: {
    maxFiles: settings.MAX_FILES,
    minFiles: settings.MIN_FILES,
    maxFileBytes: Math.floor(settings.MAX_FILE_SIZE_MB * MEBIBYTE),
  },
  uploads: {
    perSession: settings.MAX_UPLOADS_PER_SESSION,
    perClient: settings.MAX_UPLOADS_PER_ADDRESS,
    total: settings.MAX_UPLOADS,
  },
  streams: {
    perSession: settings.MAX_STREAMS_PER_SESSION,
    perClient: settings.MAX_STREAMS_PER_ADDRESS,
    total: settings.MAX_STREAMS,
  },
  ratePerMinute: settings.RATE_LIMIT_PER_MINUTE,
  visit: {
    idleMs: settings.VISIT_IDLE_MINUTES * MINUTE_MS,
    maxMs: settings.VISIT_MAX_HOURS * HOUR_MS,
    leaveGraceMs:
      settings.LEAVE_GRACE_SECONDS === undefined ? undefined : settings.LEAVE_GRACE_SECONDS * 1000,
  },
  retention: {
    pendingMs: settings.PENDING_DAYS * DAY_MS,
    completeMs:
      settings.COMPLETE_RETENTION_DAYS === undefined
        ? undefined
        : settings.COMPLETE_RETENTION_DAYS * DAY_MS,
  },
  audit: {
    retentionDays: settings.AUDIT_RETENTION_DAYS,
    ipDays: settings.AUDIT_IP_DAYS,
    archiveDir: settings.AUDIT_ARCHIVE_DIR,
    ipMode: settings.IP_MODE,
  },
  cleanup: {
    intervalMs: settings.CLEANUP_INTERVAL_MINUTES * MINUTE_MS,
    quarantineMs: settings.ORPHAN_QUARANTINE_DAYS * DAY_MS,
  },
  downloadSeconds: settings.DOWNLOAD_URL_SECONDS,
  verificationMs: settings.VERIFICATION_HOURS * HOUR_MS,
  widgetReleaseDays: settings.WIDGET_RELEASE_DAYS,
  logLevel: settings.LOG_LEVEL,
});

/** Accepts the AWS SDK's own names for the endpoint of the bucket, like the other AWS names. */
const withEndpoint = (settings: Settings): Settings => {
  const {S3_BUCKET, S3_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL} = settings;
  const endpoint = S3_ENDPOINT ?? AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
  return S3_BUCKET && endpoint ? {...settings, S3_ENDPOINT: endpoint} : settings;
};

const readPublicUrl = (settings: Settings, production: boolean, errors: string[]): string => {
  const given = settings.PUBLIC_URL ?? `http://localhost:${settings.PORT}`;
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    errors.push(`PUBLIC_URL must be an http or https URL, but is "${redactValue(given)}".`);
    return given;
  }
  const url = new URL(given);
  if (url.username || url.password)
    errors.push('PUBLIC_URL must not contain a user or a password.');
  if (production && settings.PUBLIC_URL && url.protocol !== 'https:') {
    errors.push(
      `PUBLIC_URL must begin with https:// in production, but is "${redactValue(given)}".`,
    );
  }
  if (url.search || url.hash)
    errors.push(
      `PUBLIC_URL must not contain a query or a fragment, but is "${redactValue(given)}".`,
    );
  return url.href.replace(/\/$/, '');
};

/** Settings that production requires, besides the secret. */
export const PRODUCTION_SETTINGS = [
  'PUBLIC_URL',
  'DATABASE_URL',
  'S3_BUCKET',
  'SMTP_URL',
  'MAIL_FROM',
] as const;

const requireProductionSettings = (settings: Settings, errors: string[]): void => {
  if (!settings.SECRET_KEY && !settings.SECRET_KEY_FILE) {
    errors.push('SECRET_KEY (or SECRET_KEY_FILE) must be set in production.');
  }
  for (const name of PRODUCTION_SETTINGS) {
    if (!settings[name]) errors.push(`${name} must be set in production.`);
  }
  // Fractions of an hour are only for testing expired links.
  const hours = settings.VERIFICATION_HOURS;
  if (!Number.isInteger(hours)) {
    errors.push(`VERIFICATION_HOURS must be whole hours in production, but is "${hours}".`);
  }
};

const checkValues = (settings: Settings, errors: string[]): void => {
  if (settings.MIN_FILES > settings.MAX_FILES) {
    errors.push(
      `MIN_FILES (${settings.MIN_FILES}) must not be above MAX_FILES (${settings.MAX_FILES}).`,
    );
  }
  if (settings.ALLOWED_FILE_TYPES !== PDF_CONTENT_TYPE) {
    errors.push(
      `ALLOWED_FILE_TYPES accepts only "${PDF_CONTENT_TYPE}", but is "${redactValue(settings.ALLOWED_FILE_TYPES)}".`,
    );
  }
  if (!isHost(settings.HOST)) {
    const given = redactValue(settings.HOST);
    errors.push(`HOST must be an IP address or a host name without a port, but is "${given}".`);
  }
  for (const name of ['ADMIN_EMAIL', 'MAIL_FROM'] as const) {
    const given = settings[name];
    if (given && !parseEmail(given)) {
      errors.push(`${name} must be one plain e-mail address, but is "${redactValue(given)}".`);
    }
  }
};

const readTrustedProxies = (settings: Settings, errors: string[]): string[] => {
  const given = settings.TRUST_PROXY?.split(',').map((part) => part.trim()) ?? [];
  for (const proxy of given) {
    // In Fastify 5, a number trusts no proxy, and `true` lets every client choose its IP address.
    if (!isIP(proxy) && !(isIP(proxy.split('/')[0] ?? '') && ipaddr.isValidCIDR(proxy))) {
      errors.push(
        `TRUST_PROXY must list IP addresses or CIDRs of your proxies, but contains "${redactValue(proxy)}".`,
      );
    } else if (/\/0+$/.test(proxy)) {
      errors.push(
        `TRUST_PROXY must name only your proxies, but "${proxy}" contains every IP address. Visitors could choose theirs.`,
      );
    }
  }
  return given;
};
