import path from 'node:path';

import t from 'tap';

import type {Config} from '../config/config.js';
import {Settings} from '../config/environment.js';
import {findUnknownSettings} from '../config/unknown-settings.js';
import {SECRET, getSettingErrors, readSettings} from './read-settings.js';

void t.test('no setting is required', (t) => {
  const {secrets: _, ...config} = readSettings();

  t.same(config, {
    port: 8080,
    host: '127.0.0.1',
    publicUrl: 'http://localhost:8080',
    production: false,
    dataDir: path.resolve('.maria'),
    secretFile: undefined,
    console: {
      url: 'http://localhost:8080/console/',
      origin: 'http://localhost:8080',
      host: undefined,
    },
    databaseUrl: undefined,
    s3: undefined,
    mail: {
      smtpUrl: undefined,
      ehloName: undefined,
      requireTls: false,
      from: 'maria@localhost.localdomain',
      admin: 'operator@localhost.localdomain',
    },
    limits: {maxFiles: 3, minFiles: 1, maxFileBytes: 5 * 1024 * 1024},
    uploads: {perSession: 10, perClient: 100, total: 200},
    streams: {perSession: 10, perClient: 200, total: 4_000},
    ratePerMinute: 10,
    trustProxy: [],
    visit: {idleMs: 30 * 60_000, maxMs: 24 * 3_600_000, leaveGraceMs: undefined},
    retention: {pendingMs: 30 * 86_400_000, completeMs: undefined},
    audit: {retentionDays: 365, ipDays: 30, archiveDir: undefined, ipMode: 'full'},
    cleanup: {intervalMs: 10 * 60_000, quarantineMs: 7 * 86_400_000},
    downloadSeconds: 60,
    verificationMs: 24 * 3_600_000,
    scanner: undefined,
    responder: {kind: 'none'},
    allowedHosts: [],
    widgetReleaseDays: 180,
    logLevel: 'info',
    unknownSettings: [],
  } satisfies Omit<Config, 'secrets'>);
  t.end();
});

void t.test('empty strings mean unset', (t) => {
  const names = [
    'PORT',
    'HOST',
    'PUBLIC_URL',
    'NODE_ENV',
    'DATABASE_URL',
    'S3_BUCKET',
    'S3_FORCE_PATH_STYLE',
    'SMTP_URL',
    'MAIL_FROM',
    'MAX_FILES',
    'TRUST_PROXY',
    'LEAVE_GRACE_SECONDS',
    'COMPLETE_RETENTION_DAYS',
    'IP_MODE',
    'CLAMAV_HOST',
    'SCAN_REQUIRED',
    'LOG_LEVEL',
  ];

  t.same(readSettings(Object.fromEntries(names.map((name) => [name, '']))), readSettings());
  t.same(readSettings(Object.fromEntries(names.map((name) => [name, '  ']))), readSettings());
  t.end();
});

void t.test('settings are parsed into their values', (t) => {
  t.equal(readSettings({PORT: '0'}).port, 0);
  t.equal(readSettings({PORT: '3000'}).publicUrl, 'http://localhost:3000');
  t.equal(
    readSettings({PUBLIC_URL: 'https://chat.example.com/maria/'}).publicUrl,
    'https://chat.example.com/maria',
  );
  t.equal(readSettings({MAX_FILE_SIZE_MB: '0.5'}).limits.maxFileBytes, 512 * 1024);
  t.equal(readSettings({LEAVE_GRACE_SECONDS: '0'}).visit.leaveGraceMs, 0);
  t.equal(readSettings({CLEANUP_INTERVAL_MINUTES: '0'}).cleanup.intervalMs, 0);
  t.equal(readSettings({COMPLETE_RETENTION_DAYS: '90'}).retention.completeMs, 90 * 86_400_000);
  t.same(readSettings({TRUST_PROXY: '10.0.0.0/8, 127.0.0.1,::1'}).trustProxy, [
    '10.0.0.0/8',
    '127.0.0.1',
    '::1',
  ]);
  t.same(readSettings({CLAMAV_HOST: 'clamav'}).scanner, {
    host: 'clamav',
    port: 3310,
    required: true,
  });
  t.same(readSettings({CLAMAV_HOST: '[::1]:3311', SCAN_REQUIRED: 'false'}).scanner, {
    host: '::1',
    port: 3311,
    required: false,
  });
  t.equal(readSettings({S3_BUCKET: 'b'}).s3?.forcePathStyle, false);
  t.equal(
    readSettings({S3_BUCKET: 'b', S3_ENDPOINT: 'http://127.0.0.1:9000'}).s3?.forcePathStyle,
    true,
  );
  t.same(
    readSettings({S3_BUCKET: 'b', AWS_ACCESS_KEY_ID: 'i', AWS_SECRET_ACCESS_KEY: 'k'}).s3
      ?.credentials,
    {
      accessKeyId: 'i',
      secretAccessKey: 'k',
    },
  );
  t.equal(readSettings({S3_BUCKET: 'b'}).s3?.credentials, undefined, 'the usual chain');
  t.end();
});

const faulty: [string, string, string?][] = [
  ['PORT', 'abc'],
  ['PORT', '65536', '65535'],
  ['PORT', '-1', '0'],
  ['PUBLIC_URL', 'chat.example.com'],
  ['PUBLIC_URL', 'ftp://chat.example.com'],
  ['PUBLIC_URL', 'https://chat.example.com?x=1', 'https://chat.example.com'],
  ['CONSOLE', 'perhaps', 'false'],
  ['CONSOLE_URL', 'console.example.com', 'https://console.example.com/console/'],
  ['CONSOLE_URL', 'ftp://console.example.com/console/', 'https://console.example.com/console'],
  ['CONSOLE_URL', 'https://console.example.com/', 'https://console.example.com/maria/console/'],
  ['CONSOLE_URL', 'https://console.example.com/console/?a=b', 'http://localhost:9000/console/'],
  ['CONSOLE_URL', 'https://olga:pw@console.example.com/console/', 'http://localhost/console/'],
  ['DATABASE_URL', 'mysql://localhost/x', 'postgres://localhost/x'],
  ['SMTP_URL', 'http://localhost', 'smtps://localhost'],
  ['MAIL_FROM', 'Maria <maria@example.com>', 'maria@example.com'],
  ['ADMIN_EMAIL', 'a@example.com,b@example.com', 'a@example.com'],
  ['MAX_FILES', '0', '1'],
  ['MAX_FILES', '2.5', '2'],
  ['MAX_FILES', '101', '100'],
  ['MAX_FILE_SIZE_MB', '2001', '2000'],
  ['MAX_FILE_SIZE_MB', '0', '0.1'],
  ['MIN_FILES', '4', '3'],
  ['MIN_FILES', '-1', '0'],
  ['ALLOWED_FILE_TYPES', 'application/pdf,image/png', 'application/pdf'],
  ['RATE_LIMIT_PER_MINUTE', '0', '1'],
  ['MAX_UPLOADS', '0', '1'],
  ['TRUST_PROXY', 'true', '127.0.0.1'],
  ['TRUST_PROXY', '1', '10.0.0.0/8'],
  ['TRUST_PROXY', '127.0.0.1,loopback', '127.0.0.1,::1'],
  ['TRUST_PROXY', '10.0.0.0/33', '10.0.0.0/32'],
  ['TRUST_PROXY', '0.0.0.0/0', '10.0.0.0/8'],
  ['TRUST_PROXY', '::/0', 'fd00::/8'],
  ['VISIT_IDLE_MINUTES', '0', '0.02'],
  ['VISIT_IDLE_MINUTES', '525601', '525600'],
  ['VISIT_MAX_HOURS', '8761', '8760'],
  ['LEAVE_GRACE_SECONDS', '-1', '0'],
  ['LEAVE_GRACE_SECONDS', '86401', '86400'],
  ['PENDING_DAYS', '0', '7'],
  ['PENDING_DAYS', '36501', '36500'],
  ['COMPLETE_RETENTION_DAYS', '1e300', '36500'],
  ['AUDIT_RETENTION_DAYS', '29', '30'],
  ['AUDIT_RETENTION_DAYS', '36501', '36500'],
  ['AUDIT_IP_DAYS', '36501', '36500'],
  ['CLEANUP_INTERVAL_MINUTES', '-1', '0'],
  ['CLEANUP_INTERVAL_MINUTES', '1441', '1440'],
  ['ORPHAN_QUARANTINE_DAYS', '36501', '36500'],
  ['VERIFICATION_HOURS', '8761', '8760'],
  ['RATE_LIMIT_PER_MINUTE', '1000001', '1000000'],
  ['DOWNLOAD_URL_SECONDS', '0', '1'],
  ['IP_MODE', 'some', 'truncated'],
  ['CLAMAV_HOST', 'a:b:c', 'a:3310'],
  ['CLAMAV_HOST', 'clamav:0', 'clamav:1'],
  ['CLAMAV_HOST', 'clamav:65536', 'clamav:65535'],
  ['CLAMAV_HOST', 'clamav:', 'clamav'],
  ['CLAMAV_HOST', 'tcp://clamav:3310', 'clamav.internal:3310'],
  ['CLAMAV_HOST', '/run/clamav/clamd.ctl', '10.0.0.7'],
  ['CLAMAV_HOST', 'two words', 'two-words'],
  ['CLAMAV_HOST', '::1', '[::1]'],
  ['HOST', 'http://0.0.0.0', '0.0.0.0'],
  ['HOST', 'localhost:8080', 'localhost'],
  ['HOST', 'two words', '::'],
  ['PUBLIC_URL', 'https://maria:pw@chat.example.com', 'https://chat.example.com'],
  ['SCAN_REQUIRED', 'maybe', 'false'],
  ['LOG_LEVEL', 'loud', 'silent'],
  ['SECRET_KEY', 's'.repeat(31), 's'.repeat(32)],
  ['SECRET_KEY', `${SECRET},short`, `${SECRET},${'t'.repeat(32)}`],
  ['SECRET_KEY', `${SECRET},`, SECRET],
  ['S3_ENDPOINT', 'http://127.0.0.1:9000'],
  ['AWS_ACCESS_KEY_ID', 'x'],
];

for (const [name, wrong, right] of faulty) {
  const beside: Record<string, string> = name === 'AWS_ACCESS_KEY_ID' ? {S3_BUCKET: 'b'} : {};
  void t.test(`${name}=${wrong.slice(0, 30)} is refused by name`, (t) => {
    const faults = getSettingErrors({...beside, [name]: wrong});

    t.equal(faults.length, 1, faults.join(' '));
    t.match(faults[0], new RegExp(name));
    if (right !== undefined)
      t.same(getSettingErrors({...beside, [name]: right}), [], `${right} is accepted`);
    t.end();
  });
}

void t.test('an error about a choice lists the accepted values', (t) => {
  t.match(getSettingErrors({IP_MODE: 'some'}), [
    'IP_MODE must be one of full, truncated, none, but is "some".',
  ]);
  t.match(getSettingErrors({LOG_LEVEL: 'loud'}), [
    /^LOG_LEVEL must be one of fatal, error, warn, info, debug/,
  ]);
  t.end();
});

void t.test('an error about a number names the accepted range', (t) => {
  for (const [name, wrong, message] of [
    ['MAX_FILES', '0', 'a whole number from 1 to 100'],
    ['MAX_FILES', 'many', 'a whole number from 1 to 100'],
    ['MAX_FILES', '2.5', 'a whole number from 1 to 100'],
    ['CLEANUP_INTERVAL_MINUTES', 'often', 'a number from 0 to 1,440'],
    ['PENDING_DAYS', '0', 'a number above 0 to 36,500'],
    ['LEAVE_GRACE_SECONDS', '-1', 'a number from 0 to 86,400'],
    ['SCAN_REQUIRED', 'maybe', 'true or false'],
  ] as const) {
    const expected = `${name} must be ${message}, but is "${wrong}".`;
    t.same(getSettingErrors({[name]: wrong}), [expected]);
  }
  t.end();
});

void t.test('a responder requires its settings and refuses those of other kinds', (t) => {
  t.match(getSettingErrors({RESPONDER: 'robot'}), [
    /^RESPONDER must be one of none, webhook, openai, but is "robot"/,
  ]);
  for (const name of ['RESPONDER_URL', 'RESPONDER_KEY', 'RESPONDER_MODEL', 'RESPONDER_SECRET']) {
    const [fault, ...others] = getSettingErrors({
      RESPONDER: 'none',
      [name]: 'https://bot.example/xyz',
    });
    t.match(fault, new RegExp(`^${name} is set, but RESPONDER is none`));
    t.notMatch(fault, /xyz/, 'the value may be a secret');
    t.same(others, []);
  }
  t.match(getSettingErrors({RESPONDER: 'openai'}), [
    /^RESPONDER_URL must be set/,
    /^RESPONDER_MODEL must/,
  ]);
  t.match(getSettingErrors({RESPONDER: 'webhook'}), [
    /^RESPONDER_URL must be set/,
    /^RESPONDER_SECRET must/,
  ]);
  const [secret, ...none] = getSettingErrors({
    RESPONDER: 'webhook',
    RESPONDER_URL: 'https://bot.example/',
    RESPONDER_SECRET: 'xyz',
  });
  t.match(secret, /^RESPONDER_SECRET must be whsec_/);
  t.notMatch(secret, /xyz/);
  t.same(none, []);
  const openai = {RESPONDER: 'openai', RESPONDER_MODEL: 'm', RESPONDER_URL: 'https://bot.example/'};
  t.same(getSettingErrors({...openai, RESPONDER_KEY: 'sk-proj_1.2'}), []);
  for (const key of ['sk\r\nX-Other: 1', 'sk ü', 'sk 1']) {
    t.match(getSettingErrors({...openai, RESPONDER_KEY: key}), [
      /^RESPONDER_KEY must be printable ASCII/,
    ]);
  }
  t.end();
});

void t.test('a responder on a private network must be allowed', (t) => {
  const getSettings = (url: string, hosts = '') => ({
    RESPONDER: 'openai',
    RESPONDER_URL: url,
    RESPONDER_MODEL: 'small',
    ALLOW_PRIVATE_HOSTS: hosts,
  });
  for (const url of ['http://localhost:11434/v1', 'http://127.0.0.1:11434', 'http://[::1]:11434']) {
    t.match(
      getSettingErrors(getSettings(url)),
      [/^RESPONDER_URL must not lead into a private network.*:11434, but/],
      url,
    );
  }
  t.same(getSettingErrors(getSettings('http://localhost:11434/v1', 'localhost:11434')), []);
  t.same(getSettingErrors(getSettings('https://models.example.com/v1')), []);
  t.match(getSettingErrors(getSettings('https://models.example.com/v1', 'http://x')), [
    /^ALLOW_PRIVATE_HOSTS/,
  ]);
  t.match(getSettingErrors(getSettings('ftp://models.example.com/')), [
    /^RESPONDER_URL must be a complete URL/,
  ]);
  t.end();
});

void t.test('the console has its own host only if its URL names another one', (t) => {
  const read = (settings: Record<string, string>) =>
    readSettings({PUBLIC_URL: 'https://chat.example.com/maria', ...settings}).console;

  t.same(read({}), {
    url: 'https://chat.example.com/maria/console/',
    origin: 'https://chat.example.com',
    host: undefined,
  });
  t.equal(read({CONSOLE_URL: 'https://chat.example.com/maria/console'})?.host, undefined);
  t.same(read({CONSOLE_URL: 'https://Console.example.com:8443/console'}), {
    url: 'https://console.example.com:8443/console/',
    origin: 'https://console.example.com:8443',
    host: 'console.example.com:8443',
  });
  t.equal(read({CONSOLE: 'false'}), undefined);
  t.end();
});

void t.test('all validation errors are reported together', (t) => {
  const faults = getSettingErrors({
    PORT: 'abc',
    MAX_FILES: 'many',
    LOG_LEVEL: 'loud',
    TRUST_PROXY: 'true',
    PUBLIC_URL: 'nowhere',
    SMTP_URL: 'localhost',
    SECRET_KEY: 'short',
    CLAMAV_HOST: 'a:b:c',
  }).join('\n');

  for (const name of [
    'PORT',
    'MAX_FILES',
    'LOG_LEVEL',
    'TRUST_PROXY',
    'PUBLIC_URL',
    'SMTP_URL',
    'SECRET_KEY',
    'CLAMAV_HOST',
  ]) {
    t.match(faults, new RegExp(`^.*${name}`, 'm'), name);
  }
  t.notMatch(faults, /short/, 'no secret is shown');
  t.end();
});

void t.test('an unknown name that resembles a setting is reported with the nearest one', (t) => {
  for (const [name, meant] of [
    ['PUBLIC_URl', 'PUBLIC_URL'],
    ['public_url', 'PUBLIC_URL'],
    ['CLAMAV_HOSTS', 'CLAMAV_HOST'],
    ['SMTP_UR', 'SMTP_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['TRUST_PROXIES', 'TRUST_PROXY'],
    ['MARIA_PUBLIC_URL', 'PUBLIC_URL'],
    ['MARIA_CHAT_PORT', 'PORT'],
    ['SECRETKEY', 'SECRET_KEY'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['PORTS', 'PORT'],
  ] as const) {
    t.same(findUnknownSettings({[name]: 'a secret'}), [
      `${name} is not a setting. Did you mean ${meant}?`,
    ]);
  }
  t.match(findUnknownSettings({SMTP_PASSWORD: 'a secret', MARIA_VERSION: '1'}), [
    'MARIA_VERSION is not a setting.',
    /^SMTP_PASSWORD is not a setting\. Settings with this beginning: SMTP_URL, /,
  ]);
  t.same(
    findUnknownSettings({
      ...Object.fromEntries(Object.keys(Settings.properties).map((name) => [name, 'x'])),
      HOME: '/root',
      HOSTNAME: 'maria-1',
      PATH: '/bin',
      AWS_PROFILE: 'chat',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
      MARIADB_USER: 'x',
      NODE_OPTIONS: '--max-old-space-size=512',
      npm_config_cache: '/tmp',
      SMTP_URLS: ' ',
      MARIA_SERVICE_HOST: '10.0.0.1',
      MARIA_SERVICE_PORT_HTTP: '8080',
      MARIA_PORT: 'tcp://10.0.0.1:8080',
      MARIA_PORT_8080_TCP_ADDR: '10.0.0.1',
      SMTP_PORT: 'tcp://10.0.0.2:25',
    }),
    [],
    'settings of other programs are not reported',
  );
  t.end();
});
