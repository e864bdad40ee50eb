import {execFile} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

import t from 'tap';
import type {Test} from 'tap';

import {parseConnection, formatHosts, readConnectionUrl} from '../database/connection-url.js';
import {getSettingErrors} from './read-settings.js';
import {temporaryFolder} from './start-server.js';

const findErrors = (url: string): string[] => {
  const faults: string[] = [];
  readConnectionUrl(url, faults);
  return faults;
};

const makeCertificate = async (t: Test, ...more: string[]) => {
  const folder = await temporaryFolder(t);
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
    ...['-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-days', '2'],
    ...(more.length > 0 ? more : ['-nodes']),
  ]);
  return {folder, key, cert};
};

t.test('a DATABASE_URL is parsed like in every PostgreSQL client', async (t) => {
  await t.test('with user, password, host, port and database', async (t) => {
    t.match(parseConnection('postgresql://anna:p%40%2F%23ss@db.example.com:6000/my%2Fdb'), {
      user: 'anna',
      password: 'p@/#ss',
      database: 'my/db',
      hosts: [{host: 'db.example.com', port: 6000, path: undefined}],
    });
    t.match(parseConnection('postgres://'), {
      user: undefined,
      password: undefined,
      database: undefined,
      hosts: [{host: 'localhost', port: 5432}],
    });
    t.match(parseConnection('postgres://u:p:q@[::1]:6000/x'), {
      password: 'p:q',
      hosts: [{host: '::1', port: 6000}],
    });
  });

  await t.test('with a socket, in the host or as a parameter', async (t) => {
    for (const url of [
      'postgres://u:p@/maria?host=/var/run/postgresql',
      'postgres://u:p@%2Fvar%2Frun%2Fpostgresql/maria',
    ]) {
      t.equal(parseConnection(url).hosts[0]?.path, '/var/run/postgresql/.s.PGSQL.5432');
      t.equal(formatHosts(url), '/var/run/postgresql/.s.PGSQL.5432');
    }
  });

  await t.test('with several hosts', async (t) => {
    const hosts = 'one.example.com:5432,two.example.com:5433';
    t.equal(formatHosts(`postgres://u:p@${hosts}/maria?target_session_attrs=read-write`), hosts);
    t.equal(formatHosts('postgres:///maria?host=one,two&port=6000'), 'one:6000,two:6000');
    t.match(findErrors('postgres:///maria?host=one,two&port=1,2,3'), [/one port, or one for each/]);
  });

  await t.test('with parameters instead of parts of the URL', async (t) => {
    const query =
      'user=anna&password=x%26y&dbname=other&application_name=intake&connect_timeout=10';
    t.match(parseConnection(`postgres://host/maria?${query}&options=-csearch_path%3Dapp`), {
      user: 'anna',
      password: 'x&y',
      database: 'other',
      applicationName: 'intake',
      connectSeconds: 10,
      options: '-csearch_path=app',
    });
  });

  await t.test('with TLS according to sslmode', async (t) => {
    const getTls = (query: string) => parseConnection(`postgres://host/x${query}`).tls;
    t.same(getTls(''), {mode: undefined, options: undefined});
    t.same(getTls('?sslmode=disable'), {mode: 'disable', options: undefined});
    t.same(getTls('?sslmode=require').options, {rejectUnauthorized: false});
    t.same(getTls('?sslmode=verify-full'), {mode: 'verify-full', options: {}});
    t.same(getTls('?sslrootcert=system'), {mode: 'verify-full', options: {}});
    t.match(getTls('?sslmode=verify-ca').options, {checkServerIdentity: Function});
  });

  await t.test('with files for TLS', async (t) => {
    const {key, cert} = await makeCertificate(t);
    const own = `sslcert=${cert}&sslkey=${key}`;
    const {options} = parseConnection(
      `postgres://host/x?sslmode=verify-full&sslrootcert=${cert}&${own}`,
    ).tls;
    t.match(options, {ca: /BEGIN CERTIFICATE/, cert: /BEGIN CERTIFICATE/, key: /PRIVATE KEY/});
    const required = parseConnection(`postgres://host/x?sslmode=require&sslrootcert=${cert}`).tls;
    t.notOk(required.options?.rejectUnauthorized === false, 'the given CA is checked');

    const locked = await makeCertificate(t, '-passout', 'pass:secret');
    const url = `postgres://host/x?sslmode=require&sslcert=${locked.cert}&sslkey=${locked.key}`;
    t.equal(parseConnection(`${url}&sslpassword=secret`).tls.options?.passphrase, 'secret');
    t.match(findErrors(`${url}&sslpassword=other`), [/sslkey=.* cannot be used/]);
  });
});

t.test('an unsupported parameter is reported with an alternative', async (t) => {
  const getErrorsAt = (query: string) => findErrors(`postgres://u:secret@host/x?${query}`);

  for (const [query, ...expected] of [
    ['channel_binding=require', /channel_binding=disable, prefer\. .*sslmode=verify-full/],
    ['target_session_attrs=standby', /target_session_attrs=any, read-write.* accepts writes/],
    ['schema=app', /does not accept schema\. .*search_path%3DNAME/],
    ['connection_limit=5', /does not accept connection_limit\. Remove it/],
    ['pgbouncer=true', /does not accept pgbouncer\. .*the database itself/],
    ['ssl=true', /does not accept ssl\. Use sslmode/],
    ['statement_timeout=5000', /does not accept statement_timeout\. .*options=-cNAME%3DVALUE/],
    ['sslmode=prefer', /must have sslmode=disable, require, verify-ca, verify-full/],
    ['sslmode=require&sslrootcert=system', /only with sslmode=verify-full/],
    ['sslrootcert=/x.pem', /sslrootcert, which needs sslmode/],
    ['sslmode=verify-full&sslrootcert=/none/ca.pem', /\/none\/ca\.pem.* \(ENOENT\)/],
    ['sslmode=require&sslcert=/none/c.pem', /sslcert and sslkey together/],
    ['connect_timeout=0', /connect_timeout from 1 to 600/],
    ['connect_timeout=2.5', /connect_timeout from 1 to 600/],
    ['schema=app&pgbouncer=true', /schema/, /pgbouncer/],
    ['%73chema=x', /cannot be read/],
  ] as [string, ...RegExp[]][]) {
    t.match(getErrorsAt(query), expected, query);
    t.equal(getErrorsAt(query).length, expected.length, query);
  }
  for (const query of [
    'channel_binding=prefer',
    'target_session_attrs=read-write',
    'client_encoding=UTF8',
    'gssencmode=disable',
    'connect_timeout=600',
    '',
  ]) {
    t.same(getErrorsAt(query), [], query);
  }
});

t.test('a file without a certificate is reported', async (t) => {
  const {folder} = await makeCertificate(t);
  const file = path.join(folder, 'empty.pem');
  await writeFile(file, 'no certificate');

  const faults = findErrors(`postgres://host/x?sslmode=verify-full&sslrootcert=${file}`);

  t.match(faults, [/empty\.pem, which cannot be used/]);
});

t.test('credentials that are not percent-encoded are reported and not repeated', async (t) => {
  const wrong: Record<string, string> = {
    DATABASE_URL: 'postgres://u:secret%@db.example/x?sslmode=require',
    SMTP_URL: 'smtp://u:sec#ret@mail.example:587',
    S3_BUCKET: 'files',
    S3_ENDPOINT: 'https://user:secret@s3.example.com',
  };

  const faults = getSettingErrors(wrong);

  t.match(faults, [
    /^DATABASE_URL cannot be read as a URL\. Percent-encode .*% as %25/,
    /^S3_ENDPOINT must be an http or https URL without credentials/,
    /^SMTP_URL cannot be read as a URL\. Percent-encode .*# as %23/,
  ]);
  t.equal(faults.length, 3);
  for (const sign of ['%', '#', '/', '?', '@', '#@', '/1@', '?x=']) {
    for (const [name, url] of [
      ['DATABASE_URL', `postgres://u:12${sign}secret@db.example/x?sslmode=require`],
      ['SMTP_URL', `smtp://u:12${sign}secret@mail.example:587`],
    ] as const) {
      const found = getSettingErrors({[name]: url});
      // The mail library accepts these two signs, because their meaning is clear.
      const works = name === 'SMTP_URL' && (sign === '%' || sign === '@');
      if (works) t.same(found, [], `${name} ${sign}`);
      else t.match(found, [new RegExp(`^${name} .*Percent-encode`)], `${name} ${sign}`);
      t.notMatch(found.join(), /12|secret/, `${name} ${sign}`);
    }
  }
});

t.test('a URL without a host is reported', async (t) => {
  const faults = getSettingErrors({
    S3_BUCKET: 'files',
    S3_ENDPOINT: 'https://',
    SMTP_URL: 'smtp://',
  });

  t.match(faults, [/^S3_ENDPOINT must be .* but is "https:\/\/"/, /^SMTP_URL must name a host/]);
});
