import {Type} from 'typebox';
import type {Static} from 'typebox';

import {MAX_FILES, MAX_FILE_BYTES, MIN_FILES, PDF_CONTENT_TYPE} from '../contract/limits.js';
import {RATE_LIMIT_PER_MINUTE} from '../contract/limits.js';
import {MEBIBYTE} from '../units.js';
import {
  choice,
  count,
  flag,
  positive,
  textSetting,
  whole,
  DAY_SECONDS,
  DAY_MINUTES,
  YEAR_HOURS,
  CENTURY_DAYS,
  MAX_MEGABYTES,
} from './setting-types.js';

/** All settings with their defaults. `npm run docs` writes them into SETTINGS.md. */
export const Settings = Type.Object({
  PORT: whole(8080, {
    minimum: 0,
    maximum: 65_535,
    description: 'Port on which the server listens. `0` chooses a free port.',
  }),
  HOST: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    description:
      'IP address or host name on which the server listens. Use `0.0.0.0` for all interfaces, for example in a container.',
  }),
  PUBLIC_URL: textSetting(
    'URL at which browsers reach the server. Default: `http://localhost:PORT`. In production it begins with `https://`. If it has a path, the proxy removes that path from requests.',
  ),
  CONSOLE: Type.Boolean({
    default: true,
    description:
      'Serves the console, in which site owners read and manage leads. Without it, origins of pages are not recorded. Leads and wordings of consents are, so that a console that is switched on later is complete.',
  }),
  CONSOLE_URL: textSetting(
    'URL of the console. Default: `PUBLIC_URL/console/`. It ends with `/console/`. On another host than `PUBLIC_URL`, the console and its calls respond only there.',
  ),
  NODE_ENV: Type.Optional(
    choice(['development', 'production', 'test'], {
      description:
        '`production` switches off the demo page and `/dev/mail`, and makes some settings required. Unset means `development`.',
    }),
  ),
  DATA_DIR: Type.String({
    default: './.maria',
    minLength: 1,
    description:
      'Folder for the embedded database, stored files, caught e-mails, temporary files and the generated secret.',
  }),
  SECRET_KEY: textSetting(
    'Secret of at least 32 characters. Several secrets, separated by commas, rotate it: the first one signs, all verify. Default: generated into `DATA_DIR`.',
  ),
  SECRET_KEY_FILE: textSetting(
    'Path of a file that contains the secret, or several secrets, separated by commas. `SECRET_KEY` takes precedence.',
  ),
  TRUST_PROXY: textSetting(
    'IP addresses or CIDRs of your proxies, separated by commas. The server reads `X-Forwarded-For` only from these proxies.',
  ),
  LOG_LEVEL: choice<LogLevel>(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Least important level of log lines that are written.',
  }),
  DATABASE_URL: textSetting(
    'URL of the PostgreSQL database. Default: an embedded PostgreSQL in `DATA_DIR`. In production, the URL of a remote host must have `sslmode`.',
  ),
  S3_BUCKET: textSetting(
    'Name of the bucket for files. Default: a folder in `DATA_DIR`. The bucket must exist and be private.',
  ),
  S3_ENDPOINT: textSetting(
    'URL of an S3-compatible store. Default: Amazon S3. In production it begins with `https://`, except for a store on the same machine.',
  ),
  S3_PUBLIC_ENDPOINT: textSetting(
    'URL of the store for browsers, if it differs from `S3_ENDPOINT`. Download links contain it.',
  ),
  S3_FORCE_PATH_STYLE: Type.Optional(
    Type.Boolean({
      description:
        'Puts the name of the bucket into the path of URLs instead of the host. Default: `true` if `S3_ENDPOINT` is set.',
    }),
  ),
  S3_ALLOW_HTTP: flag(
    'Allows `http://` for a remote store in production. Use it only in a private network.',
  ),
  AWS_REGION: textSetting(
    'Region of the bucket. Default: `AWS_DEFAULT_REGION`, then `us-east-1` with `S3_ENDPOINT`, then the region of the AWS profile.',
  ),
  AWS_DEFAULT_REGION: textSetting('Region of the bucket, if `AWS_REGION` is not set.'),
  AWS_ACCESS_KEY_ID: textSetting(
    'Access key for the bucket. Default: the credential chain of the AWS SDK, such as the role of the machine.',
  ),
  AWS_SECRET_ACCESS_KEY: textSetting('Secret of the access key. Set both or neither.'),
  AWS_SESSION_TOKEN: textSetting('Token that belongs to temporary credentials.'),
  AWS_ENDPOINT_URL: textSetting(
    'Used as `S3_ENDPOINT` if neither that nor `AWS_ENDPOINT_URL_S3` is set.',
  ),
  AWS_ENDPOINT_URL_S3: textSetting('Used as `S3_ENDPOINT` if that is not set.'),
  SMTP_URL: textSetting(
    'URL of the mail server, such as `smtp://user:password@mail.example.com:587`. Without it, e-mails are caught and shown at `/dev/mail`.',
  ),
  SMTP_ALLOW_PLAINTEXT: flag(
    'Allows unencrypted connections to a remote mail server in production. Otherwise the server requires TLS or STARTTLS.',
  ),
  MAIL_FROM: textSetting(
    'Sender of all e-mails: one plain e-mail address. Default: `maria@localhost.localdomain`.',
  ),
  ADMIN_EMAIL: textSetting(
    'E-mail address for alerts: at most one alert an hour for each cause, then a summary. Without it, alerts are only logged.',
  ),
  MAX_FILES: whole(MAX_FILES, {
    maximum: 100,
    description: 'Maximum number of files in a session. A site can set a lower number.',
  }),
  MIN_FILES: whole(MIN_FILES, {
    minimum: 0,
    description:
      'Number of files that the chat asks for before it continues. The server itself accepts a request with fewer files.',
  }),
  MAX_FILE_SIZE_MB: positive(
    MAX_FILE_BYTES / MEBIBYTE,
    MAX_MEGABYTES,
    'Maximum size of a file, in MiB. A site can set a lower size.',
  ),
  ALLOWED_FILE_TYPES: Type.String({
    default: PDF_CONTENT_TYPE,
    description: 'Accepted file type. No other value is possible.',
  }),
  DOWNLOAD_URL_SECONDS: whole(60, {
    maximum: 604_800,
    description: 'Time for which a download link works, in seconds. In the console, at most 300.',
  }),
  CLAMAV_HOST: textSetting(
    'Host, or `host:port`, of a ClamAV daemon that scans uploads. The default port is 3310. Without it, files are not scanned.',
  ),
  SCAN_REQUIRED: Type.Boolean({
    default: true,
    description:
      'Refuses uploads while the virus scanner is unavailable. `false` accepts them without a scan.',
  }),
  MAX_UPLOADS_PER_SESSION: count(10, 'Maximum number of concurrent uploads of one session.'),
  MAX_UPLOADS_PER_ADDRESS: count(
    100,
    'Maximum number of concurrent uploads from one client network (IPv4 address or IPv6 /64).',
  ),
  MAX_UPLOADS: count(200, 'Maximum number of concurrent uploads on one server.'),
  MAX_STREAMS_PER_SESSION: count(
    10,
    'Maximum number of concurrent subscribers of live events of one session.',
  ),
  MAX_STREAMS_PER_ADDRESS: count(
    200,
    'Maximum number of concurrent subscribers of live events from one client network.',
  ),
  MAX_STREAMS: count(
    4_000,
    'Maximum number of concurrent subscribers of live events on one server.',
  ),
  RATE_LIMIT_PER_MINUTE: count(
    RATE_LIMIT_PER_MINUTE,
    'Requests a minute from one client network to `generate-uuid`, and as many to `validate-uuid`. The limits of other endpoints are multiples of it.',
  ),
  VISIT_IDLE_MINUTES: positive(
    30,
    YEAR_HOURS * 60,
    'Time without activity after which an unfinished visit is deleted with its files, in minutes.',
  ),
  VISIT_MAX_HOURS: positive(
    24,
    YEAR_HOURS,
    'Time after which an unfinished visit is deleted in any case, in hours.',
  ),
  LEAVE_GRACE_SECONDS: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: DAY_SECONDS,
      description:
        'Time after which an unfinished visit is deleted when the visitor has left the page, in seconds. `0` deletes it within seconds, also after a reload. Unset: `VISIT_IDLE_MINUTES` applies.',
    }),
  ),
  VERIFICATION_HOURS: positive(
    24,
    YEAR_HOURS,
    'Time for which a confirmation link works, in hours. Production accepts only whole hours.',
  ),
  PENDING_DAYS: positive(
    30,
    CENTURY_DAYS,
    'Time after which a session is archived if its e-mail address was not confirmed, in days. Seven days later it is deleted with its files.',
  ),
  COMPLETE_RETENTION_DAYS: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: CENTURY_DAYS,
      description:
        'Time after which a complete session is erased, in days. Unset: it stays until it is erased by a command or its visitor.',
    }),
  ),
  AUDIT_RETENTION_DAYS: whole(365, {
    minimum: 30,
    maximum: CENTURY_DAYS,
    description: 'Time for which audit rows are kept, in days. Whole months are deleted.',
  }),
  AUDIT_IP_DAYS: whole(30, {
    minimum: 0,
    maximum: CENTURY_DAYS,
    description: 'Time after which IP addresses are removed from audit rows, in days.',
  }),
  AUDIT_ARCHIVE_DIR: textSetting(
    'Folder for archives of audit rows. A month is deleted only after its archive was written and read back. Unset: no archives.',
  ),
  IP_MODE: choice<IpMode>(['full', 'truncated', 'none'], {
    default: 'full',
    description:
      'How audit rows and sessions store IP addresses: in full, truncated to /24 or /48, or not at all.',
  }),
  CLEANUP_INTERVAL_MINUTES: Type.Number({
    default: 10,
    minimum: 0,
    maximum: DAY_MINUTES,
    description:
      'Time between two runs of the cleanup, in minutes. `0` switches these runs off; data that a visitor deletes is still deleted at once.',
  }),
  ORPHAN_QUARANTINE_DAYS: Type.Number({
    default: 7,
    minimum: 0,
    maximum: CENTURY_DAYS,
    description:
      'Time for which an object without a database row stays in the bucket before it is deleted, in days.',
  }),
  WIDGET_RELEASE_DAYS: whole(180, {
    maximum: CENTURY_DAYS,
    description:
      'Time for which the files of a widget release are served after their last use, in days.',
  }),
  RESPONDER: choice(['none', 'webhook', 'openai'], {
    default: 'none',
    description:
      'Responder for sites that do not name one: `webhook` is your own program, `openai` an AI model, `none` a person.',
  }),
  RESPONDER_URL: textSetting(
    'URL of the responder. Required with `webhook` and `openai`. For `openai`, the URL ends before `/chat/completions`, usually with `/v1`.',
  ),
  RESPONDER_KEY: textSetting('API key of the model (`openai`), if it needs one.'),
  RESPONDER_MODEL: textSetting('Name of the model. Required with `openai`.'),
  RESPONDER_SECRET: textSetting(
    'Secret that signs requests to your program. Required with `webhook`. It begins with `whsec_`.',
  ),
  ALLOW_PRIVATE_HOSTS: textSetting(
    'Hosts in private networks that responders and webhooks can be at, separated by commas: `localhost:11434,10.0.0.5`.',
  ),
});
export type Settings = Static<typeof Settings>;

export type IpMode = 'full' | 'truncated' | 'none';
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
