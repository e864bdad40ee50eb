import {createHash, hkdfSync, randomBytes} from 'node:crypto';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {isIP} from 'node:net';
import path from 'node:path';

import envSchema from 'env-schema';
import ipaddr from 'ipaddr.js';
import {Type} from 'typebox';
import type {Static} from 'typebox';

import {MAX_FILES, MAX_FILE_BYTES, MIN_FILES, PDF_CONTENT_TYPE} from './contract/limits.js';
import {RATE_LIMIT_PER_MINUTE} from './contract/limits.js';
import {TLS_MODES} from './database/tls.js';
import {strictEmail} from './sessions/email.js';

const MEBIBYTE = 1024 * 1024;
const text = () => Type.Optional(Type.String({minLength: 1}));
const choice = <T extends string>(...values: T[]) => Type.Unsafe<T>({type: 'string', enum: values});
const positive = (value: number) => Type.Number({default: value, exclusiveMinimum: 0});
const whole = (value: number, minimum = 1) => Type.Integer({default: value, minimum});

/** Every setting with its default, as the README's table lists them. */
export const Settings = Type.Object({
  PORT: Type.Integer({default: 8080, minimum: 0, maximum: 65_535}),
  HOST: Type.String({default: '127.0.0.1', minLength: 1}),
  PUBLIC_URL: text(),
  NODE_ENV: text(),
  DATA_DIR: Type.String({default: './.maria', minLength: 1}),
  SECRET_KEY: text(),
  SECRET_KEY_FILE: text(),
  DATABASE_URL: text(),
  S3_BUCKET: text(),
  S3_ENDPOINT: text(),
  S3_PUBLIC_ENDPOINT: text(),
  S3_FORCE_PATH_STYLE: Type.Optional(Type.Boolean()),
  AWS_REGION: text(),
  AWS_ACCESS_KEY_ID: text(),
  AWS_SECRET_ACCESS_KEY: text(),
  SMTP_URL: text(),
  MAIL_FROM: text(),
  ADMIN_EMAIL: text(),
  MAX_FILES: Type.Integer({default: MAX_FILES, minimum: 1, maximum: 100}),
  MAX_FILE_SIZE_MB: positive(MAX_FILE_BYTES / MEBIBYTE),
  MIN_FILES: whole(MIN_FILES, 0),
  ALLOWED_FILE_TYPES: Type.String({default: PDF_CONTENT_TYPE}),
  MAX_UPLOADS_PER_SESSION: whole(10),
  MAX_UPLOADS_PER_ADDRESS: whole(100),
  MAX_UPLOADS: whole(200),
  RATE_LIMIT_PER_MINUTE: whole(RATE_LIMIT_PER_MINUTE),
  TRUST_PROXY: text(),
  VISIT_IDLE_MINUTES: positive(30),
  VISIT_MAX_HOURS: positive(24),
  LEAVE_GRACE_SECONDS: Type.Optional(Type.Number({minimum: 0})),
  PENDING_DAYS: positive(30),
  COMPLETE_RETENTION_DAYS: Type.Optional(Type.Number({exclusiveMinimum: 0})),
  AUDIT_RETENTION_DAYS: whole(365, 30),
  AUDIT_IP_DAYS: whole(30, 0),
  AUDIT_ARCHIVE_DIR: text(),
  CLEANUP_INTERVAL_MINUTES: Type.Number({default: 10, minimum: 0}),
  ORPHAN_QUARANTINE_DAYS: Type.Number({default: 7, minimum: 0}),
  DOWNLOAD_URL_SECONDS: Type.Integer({default: 60, minimum: 1, maximum: 604_800}),
  VERIFICATION_HOURS: positive(24),
  IP_MODE: Type.Unsafe<IpMode>({
    type: 'string',
    enum: ['full', 'truncated', 'none'],
    default: 'full',
  }),
  CLAMAV_HOST: text(),
  SCAN_REQUIRED: Type.Boolean({default: true}),
  LOG_LEVEL: Type.Unsafe<LogLevel>({
    ...choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info',
  }),
});
type Settings = Static<typeof Settings>;

export type IpMode = 'full' | 'truncated' | 'none';
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** A signing key with the short name that rows keep, so that a rotated key still verifies. */
export interface SecretKey {
  id: string;
  bytes: Buffer;
}

export interface Config {
  port: number;
  host: string;
  publicUrl: string;
  production: boolean;
  dataDir: string;
  /** The first signs, all verify. */
  secrets: SecretKey[];
  databaseUrl: string | undefined;
  s3: S3Settings | undefined;
  mail: {smtpUrl: string | undefined; from: string; admin: string | undefined};
  limits: {maxFiles: number; minFiles: number; maxFileBytes: number};
  uploads: {perSession: number; perAddress: number; total: number};
  ratePerMinute: number;
  trustProxy: string[];
  visit: {idleMs: number; maxMs: number; leaveGraceMs: number | undefined};
  retention: {pendingMs: number; completeMs: number | undefined};
  audit: {retentionDays: number; ipDays: number; archiveDir: string | undefined; ipMode: IpMode};
  cleanup: {intervalMs: number; quarantineMs: number};
  downloadSeconds: number;
  verificationMs: number;
  scanner: {host: string; port: number; required: boolean} | undefined;
  logLevel: LogLevel;
}

export interface S3Settings {
  bucket: string;
  endpoint: string | undefined;
  publicEndpoint: string | undefined;
  forcePathStyle: boolean;
  region: string;
  /** Absent: the SDK's usual chain, such as the role of the machine. */
  credentials: {accessKeyId: string; secretAccessKey: string} | undefined;
}

/** Wrong or missing settings, all of them at once. */
export class InvalidSettings extends Error {
  constructor(readonly faults: string[]) {
    super(
      `Maria Chat cannot start with these settings:\n${faults.map((f) => `  - ${f}`).join('\n')}`,
    );
    this.name = 'InvalidSettings';
  }
}

/** Reads the settings. Throws `InvalidSettings` that names every fault. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const faults: string[] = [];
  const settings = coerce(env, faults);
  const production = settings.NODE_ENV === 'production';
  const publicUrl = publicAddress(settings, production, faults);
  if (production) demandProductionSettings(settings, faults);
  checkMeaning(settings, faults);
  const databaseUrl = databaseAddress(settings, production, faults);
  const config = {
    port: settings.PORT,
    host: settings.HOST,
    publicUrl,
    production,
    dataDir: path.resolve(settings.DATA_DIR),
    databaseUrl,
    s3: s3Settings(settings, faults),
    mail: mailSettings(settings, faults),
    limits: {
      maxFiles: settings.MAX_FILES,
      minFiles: settings.MIN_FILES,
      maxFileBytes: Math.floor(settings.MAX_FILE_SIZE_MB * MEBIBYTE),
    },
    uploads: {
      perSession: settings.MAX_UPLOADS_PER_SESSION,
      perAddress: settings.MAX_UPLOADS_PER_ADDRESS,
      total: settings.MAX_UPLOADS,
    },
    ratePerMinute: settings.RATE_LIMIT_PER_MINUTE,
    trustProxy: proxies(settings, faults),
    visit: {
      idleMs: settings.VISIT_IDLE_MINUTES * 60_000,
      maxMs: settings.VISIT_MAX_HOURS * 3_600_000,
      leaveGraceMs:
        settings.LEAVE_GRACE_SECONDS === undefined
          ? undefined
          : settings.LEAVE_GRACE_SECONDS * 1000,
    },
    retention: {
      pendingMs: settings.PENDING_DAYS * 86_400_000,
      completeMs:
        settings.COMPLETE_RETENTION_DAYS === undefined
          ? undefined
          : settings.COMPLETE_RETENTION_DAYS * 86_400_000,
    },
    audit: {
      retentionDays: settings.AUDIT_RETENTION_DAYS,
      ipDays: settings.AUDIT_IP_DAYS,
      archiveDir: settings.AUDIT_ARCHIVE_DIR,
      ipMode: settings.IP_MODE,
    },
    cleanup: {
      intervalMs: settings.CLEANUP_INTERVAL_MINUTES * 60_000,
      quarantineMs: settings.ORPHAN_QUARANTINE_DAYS * 86_400_000,
    },
    downloadSeconds: settings.DOWNLOAD_URL_SECONDS,
    verificationMs: settings.VERIFICATION_HOURS * 3_600_000,
    scanner: scanner(settings, faults),
    logLevel: settings.LOG_LEVEL,
  };
  const keys = givenSecrets(settings, faults);
  if (faults.length > 0) throw new InvalidSettings(faults);
  return {...config, secrets: (keys ?? [generatedSecret(config.dataDir)]).map(secretKey)};
};

/** A key for one purpose only, so that what is signed for one can never pass for another. */
export const derivedKey = (secret: SecretKey, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret.bytes, 'maria-chat', purpose, 32));

/** A setting of the wrong form counts as unset from there on, so that the others are judged as well. */
const coerce = (env: NodeJS.ProcessEnv, faults: string[]): Settings => {
  const data: NodeJS.ProcessEnv = {};
  for (const name of Object.keys(Settings.properties)) {
    // `PORT=` in a shell or a compose file means "not set".
    if (env[name]?.trim()) data[name] = env[name].trim();
  }
  try {
    return envSchema<Settings>({schema: Settings, data, env: false, dotenv: false});
  } catch (error) {
    const {errors} = error as {errors?: {instancePath: string; message?: string}[]};
    if (!errors) throw error;
    for (const {instancePath, message} of errors) {
      const name = instancePath.slice(1);
      faults.push(`${name} ${message ?? 'is not valid'}, but is "${data[name] ?? ''}".`);
    }
    const wrong = new Set(errors.map(({instancePath}) => instancePath.slice(1)));
    const rest = Object.entries(data).filter(([name]) => !wrong.has(name));
    return coerce(Object.fromEntries(rest), faults);
  }
};

const publicAddress = (settings: Settings, production: boolean, faults: string[]): string => {
  const given = settings.PUBLIC_URL ?? `http://localhost:${settings.PORT}`;
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    faults.push(`PUBLIC_URL must be an http or https address, but is "${given}".`);
    return given;
  }
  const url = new URL(given);
  if (production && settings.PUBLIC_URL && url.protocol !== 'https:') {
    faults.push(`PUBLIC_URL must begin with https:// in production, but is "${given}".`);
  }
  if (url.search || url.hash) faults.push(`PUBLIC_URL must have no query or fragment: "${given}".`);
  return url.href.replace(/\/$/, '');
};

const PRODUCTION_SETTINGS = [
  'PUBLIC_URL',
  'DATABASE_URL',
  'S3_BUCKET',
  'SMTP_URL',
  'MAIL_FROM',
] as const;

const demandProductionSettings = (settings: Settings, faults: string[]): void => {
  if (!settings.SECRET_KEY && !settings.SECRET_KEY_FILE) {
    faults.push('SECRET_KEY (or SECRET_KEY_FILE) must be set in production.');
  }
  for (const name of PRODUCTION_SETTINGS) {
    if (!settings[name]) faults.push(`${name} must be set in production.`);
  }
};

const checkMeaning = (settings: Settings, faults: string[]): void => {
  if (settings.MIN_FILES > settings.MAX_FILES) {
    faults.push(
      `MIN_FILES (${settings.MIN_FILES}) must not be above MAX_FILES (${settings.MAX_FILES}).`,
    );
  }
  if (settings.ALLOWED_FILE_TYPES !== PDF_CONTENT_TYPE) {
    faults.push(
      `ALLOWED_FILE_TYPES accepts only "${PDF_CONTENT_TYPE}", but is "${settings.ALLOWED_FILE_TYPES}".`,
    );
  }
  for (const name of ['ADMIN_EMAIL', 'MAIL_FROM'] as const) {
    const given = settings[name];
    if (given && !strictEmail(given)) {
      faults.push(`${name} must be one plain e-mail address, but is "${given}".`);
    }
  }
};

const LOCAL_HOST = /^(localhost|127\.[\d.]+|\[::1\]|)$/;

const databaseAddress = (
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

const s3Settings = (settings: Settings, faults: string[]): S3Settings | undefined => {
  if (!settings.S3_BUCKET) {
    if (settings.S3_ENDPOINT) faults.push('S3_ENDPOINT is set, so S3_BUCKET must be set too.');
    return undefined;
  }
  for (const name of ['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT'] as const) {
    const given = settings[name];
    if (given && !/^https?:\/\//.test(given)) {
      faults.push(`${name} must begin with http:// or https://, but is "${given}".`);
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

const s3Credentials = (settings: Settings, faults: string[]): S3Settings['credentials'] => {
  const {AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey} = settings;
  if (accessKeyId && secretAccessKey) return {accessKeyId, secretAccessKey};
  if (accessKeyId || secretAccessKey) {
    faults.push('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set together.');
  }
  return undefined;
};

const mailSettings = (settings: Settings, faults: string[]): Config['mail'] => {
  const {SMTP_URL: smtpUrl} = settings;
  if (smtpUrl && !/^smtps?:\/\//.test(smtpUrl)) {
    faults.push('SMTP_URL must begin with smtp:// or smtps://.');
  }
  return {
    smtpUrl,
    from: settings.MAIL_FROM ?? 'maria@localhost.localdomain',
    admin: settings.ADMIN_EMAIL,
  };
};

const proxies = (settings: Settings, faults: string[]): string[] => {
  const given = settings.TRUST_PROXY?.split(',').map((part) => part.trim()) ?? [];
  for (const proxy of given) {
    // A number trusts nobody in Fastify 5 and `true` lets every client choose its address.
    if (!isIP(proxy) && !(isIP(proxy.split('/')[0] ?? '') && ipaddr.isValidCIDR(proxy))) {
      faults.push(`TRUST_PROXY takes addresses or CIDRs of your proxies, but holds "${proxy}".`);
    }
  }
  return given;
};

const scanner = (settings: Settings, faults: string[]): Config['scanner'] => {
  if (!settings.CLAMAV_HOST) return undefined;
  const match = /^([^:]+|\[[^\]]+\])(?::(\d+))?$/.exec(settings.CLAMAV_HOST);
  if (!match?.[1]) {
    faults.push(`CLAMAV_HOST must be host or host:port, but is "${settings.CLAMAV_HOST}".`);
    return undefined;
  }
  const host = match[1].replace(/^\[|\]$/g, '');
  return {host, port: Number(match[2] ?? 3310), required: settings.SCAN_REQUIRED};
};

const MIN_SECRET_LENGTH = 32;

const givenSecrets = (settings: Settings, faults: string[]): string[] | undefined => {
  const given = settings.SECRET_KEY ?? secretFromFile(settings.SECRET_KEY_FILE, faults);
  if (given === undefined) return undefined;
  const keys = given.split(',').map((key) => key.trim());
  if (keys.some((key) => key.length < MIN_SECRET_LENGTH)) {
    faults.push(`SECRET_KEY needs at least ${MIN_SECRET_LENGTH} characters in each of its keys.`);
  }
  return keys;
};

const secretFromFile = (file: string | undefined, faults: string[]): string | undefined => {
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    faults.push(`SECRET_KEY_FILE cannot be read: ${(error as Error).message}`);
    return undefined;
  }
};

/** Kept in the data folder, so that a restart does not throw out every visitor. */
const generatedSecret = (dataDir: string): string => {
  const file = path.join(dataDir, 'secret-key');
  mkdirSync(dataDir, {recursive: true});
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), {mode: 0o600, flag: 'wx'});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
};

const secretKey = (secret: string): SecretKey => ({
  id: createHash('sha256').update(`key-id:${secret}`).digest('hex').slice(0, 8),
  bytes: Buffer.from(secret),
});
