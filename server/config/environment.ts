import {isIP} from 'node:net';

import envSchema from 'env-schema';
import {Type} from 'typebox';
import type {Static} from 'typebox';

import {MAX_FILES, MAX_FILE_BYTES, MIN_FILES, PDF_CONTENT_TYPE} from '../contract/limits.js';
import {RATE_LIMIT_PER_MINUTE} from '../contract/limits.js';
import {MEBIBYTE} from '../units.js';

const text = () => Type.Optional(Type.String({minLength: 1}));
const choice = <T extends string>(...values: T[]) => Type.Unsafe<T>({type: 'string', enum: values});
const DAY_SECONDS = 86_400;
const DAY_MINUTES = 1_440;
const YEAR_HOURS = 8_760;
const CENTURY_DAYS = 36_500;
/** Maximum number that fits the columns and the sums of the rate limits. */
const MAX_COUNT = 1_000_000;
/** Limit that keeps a file's size in bytes within a 32-bit integer. */
const MAX_MEGABYTES = 2_000;

// Each has a maximum, because a timer or interval that overflows fires at once instead of never.
const positive = (value: number, maximum: number) =>
  Type.Number({default: value, exclusiveMinimum: 0, maximum});
const whole = (value: number, minimum = 1, maximum = MAX_COUNT) =>
  Type.Integer({default: value, minimum, maximum});

/** All settings with their defaults, as in the README's table. */
export const Settings = Type.Object({
  PORT: Type.Integer({default: 8080, minimum: 0, maximum: 65_535}),
  HOST: Type.String({default: '127.0.0.1', minLength: 1}),
  PUBLIC_URL: text(),
  NODE_ENV: Type.Optional(choice('development', 'production', 'test')),
  DATA_DIR: Type.String({default: './.maria', minLength: 1}),
  SECRET_KEY: text(),
  SECRET_KEY_FILE: text(),
  DATABASE_URL: text(),
  S3_BUCKET: text(),
  S3_ENDPOINT: text(),
  S3_PUBLIC_ENDPOINT: text(),
  S3_FORCE_PATH_STYLE: Type.Optional(Type.Boolean()),
  S3_ALLOW_HTTP: Type.Boolean({default: false}),
  AWS_REGION: text(),
  AWS_DEFAULT_REGION: text(),
  AWS_ACCESS_KEY_ID: text(),
  AWS_SECRET_ACCESS_KEY: text(),
  AWS_ENDPOINT_URL: text(),
  AWS_ENDPOINT_URL_S3: text(),
  AWS_SESSION_TOKEN: text(),
  SMTP_URL: text(),
  SMTP_ALLOW_PLAINTEXT: Type.Boolean({default: false}),
  MAIL_FROM: text(),
  ADMIN_EMAIL: text(),
  MAX_FILES: Type.Integer({default: MAX_FILES, minimum: 1, maximum: 100}),
  MAX_FILE_SIZE_MB: positive(MAX_FILE_BYTES / MEBIBYTE, MAX_MEGABYTES),
  MIN_FILES: whole(MIN_FILES, 0),
  ALLOWED_FILE_TYPES: Type.String({default: PDF_CONTENT_TYPE}),
  MAX_UPLOADS_PER_SESSION: whole(10),
  MAX_UPLOADS_PER_ADDRESS: whole(100),
  MAX_UPLOADS: whole(200),
  MAX_STREAMS_PER_SESSION: whole(10),
  MAX_STREAMS_PER_ADDRESS: whole(200),
  MAX_STREAMS: whole(4_000),
  RATE_LIMIT_PER_MINUTE: whole(RATE_LIMIT_PER_MINUTE),
  TRUST_PROXY: text(),
  VISIT_IDLE_MINUTES: positive(30, YEAR_HOURS * 60),
  VISIT_MAX_HOURS: positive(24, YEAR_HOURS),
  LEAVE_GRACE_SECONDS: Type.Optional(Type.Number({minimum: 0, maximum: DAY_SECONDS})),
  PENDING_DAYS: positive(30, CENTURY_DAYS),
  COMPLETE_RETENTION_DAYS: Type.Optional(Type.Number({exclusiveMinimum: 0, maximum: CENTURY_DAYS})),
  AUDIT_RETENTION_DAYS: whole(365, 30, CENTURY_DAYS),
  AUDIT_IP_DAYS: whole(30, 0, CENTURY_DAYS),
  AUDIT_ARCHIVE_DIR: text(),
  CLEANUP_INTERVAL_MINUTES: Type.Number({default: 10, minimum: 0, maximum: DAY_MINUTES}),
  ORPHAN_QUARANTINE_DAYS: Type.Number({default: 7, minimum: 0, maximum: CENTURY_DAYS}),
  DOWNLOAD_URL_SECONDS: Type.Integer({default: 60, minimum: 1, maximum: 604_800}),
  VERIFICATION_HOURS: positive(24, YEAR_HOURS),
  IP_MODE: Type.Unsafe<IpMode>({
    type: 'string',
    enum: ['full', 'truncated', 'none'],
    default: 'full',
  }),
  CLAMAV_HOST: text(),
  SCAN_REQUIRED: Type.Boolean({default: true}),
  RESPONDER: Type.Unsafe<'none' | 'webhook' | 'openai'>({
    ...choice('none', 'webhook', 'openai'),
    default: 'none',
  }),
  RESPONDER_URL: text(),
  RESPONDER_KEY: text(),
  RESPONDER_MODEL: text(),
  RESPONDER_SECRET: text(),
  ALLOW_PRIVATE_HOSTS: text(),
  WIDGET_RELEASE_DAYS: whole(180, 1, CENTURY_DAYS),
  LOG_LEVEL: Type.Unsafe<LogLevel>({
    ...choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info',
  }),
});
export type Settings = Static<typeof Settings>;

export type IpMode = 'full' | 'truncated' | 'none';
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

interface SettingError {
  instancePath: string;
  message?: string;
  params?: {allowedValues?: string[]};
}

/**
 * Returns a value without its secrets, for an error message. A URL in any setting can contain a
 * password before the last `@`, or a key in its query or fragment.
 */
export const redactValue = (value: string): string =>
  /[:/?]/.test(value) ? value.replace(/^.*@/s, '***@').replace(/([?#]).*$/s, '$1***') : value;

const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i;

export const isHost = (text: string): boolean => isIP(text) !== 0 || HOST_NAME.test(text);

/** Reads the settings. An invalid setting counts as unset, so that the others are validated too. */
export const readSettings = (env: NodeJS.ProcessEnv, faults: string[]): Settings => {
  const data: NodeJS.ProcessEnv = {};
  for (const name of Object.keys(Settings.properties)) {
    // `PORT=` in a shell or a compose file means "not set".
    if (env[name]?.trim()) data[name] = env[name].trim();
  }
  try {
    return envSchema<Settings>({schema: Settings, data, env: false, dotenv: false});
  } catch (error) {
    const {errors} = error as {errors?: SettingError[]};
    if (!errors) throw error;
    for (const {instancePath, message, params} of errors) {
      const name = instancePath.slice(1);
      const allowed = params?.allowedValues;
      const problem = allowed
        ? `must be one of ${allowed.join(', ')}`
        : (message ?? 'is not valid');
      faults.push(`${name} ${problem}, but is "${redactValue(data[name] ?? '')}".`);
    }
    const wrong = new Set(errors.map(({instancePath}) => instancePath.slice(1)));
    const rest = Object.entries(data).filter(([name]) => !wrong.has(name));
    return readSettings(Object.fromEntries(rest), faults);
  }
};
