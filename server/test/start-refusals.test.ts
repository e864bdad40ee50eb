import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';

import t from 'tap';
import type {Test} from 'tap';

import {freePort} from './free-port.js';
import {TestRole} from './test-role.js';
import {pgbouncerMissing, startPgbouncer} from './pgbouncer.js';
import {runMaria} from './run-command.js';
import {kill} from './server-process.js';
import {temporaryFolder} from './start-server.js';
import {until} from './until.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/** Starts a server and collects its output. */
const start = async (t: Test, databaseUrl: string) => {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(await freePort()),
      DATA_DIR: await temporaryFolder(t),
      DATABASE_URL: databaseUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => kill(child));
  const printed = {out: '', errors: ''};
  child.stdout.on('data', (bytes: Buffer) => (printed.out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (printed.errors += bytes.toString()));
  return {child, printed};
};

/** Returns the exit code and the last line of the log. */
const getRefusal = async (t: Test, databaseUrl: string) => {
  const {child, printed} = await start(t, databaseUrl);
  const [code] = (await once(child, 'close')) as [number];
  t.notMatch(printed.errors, /\n {4}at /, 'no stack');
  const line = printed.out.trimEnd().split('\n').at(-1) ?? '';
  return {exitCode: code, line: JSON.parse(line) as {level: number; code: string; msg: string}};
};

t.test('an unusable database ends the start with one line', async (t) => {
  const role = await TestRole.create(t);
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(role.url);
    change(url);
    return url.href;
  };
  const cases: [string, string, string, RegExp][] = [
    [
      'a wrong password',
      changed((url) => (url.password = 'hunter2')),
      '28P01',
      /password authentication failed.*Check the user and the password in DATABASE_URL/,
    ],
    [
      'a database that does not exist',
      changed((url) => (url.pathname = '/nowhere')),
      '3D000',
      /database "nowhere" does not exist.*Create the database/,
    ],
    [
      'no schema to make tables in',
      `${role.url}?options=-csearch_path%3Dnone`,
      '3F000',
      /no schema.*Create the schema/,
    ],
    [
      'a setting that the server does not have',
      `${role.url}?options=-cnonesuch%3D1`,
      '42704',
      /unrecognized configuration parameter "nonesuch".*correct them/,
    ],
    ['no TLS where it is asked for', `${role.url}?sslmode=require`, 'TLS_REFUSED', /Enable TLS on/],
  ];
  for (const [name, url, code, message] of cases) {
    await t.test(name, async (t) => {
      const {exitCode, line} = await getRefusal(t, url);

      t.equal(exitCode, 1);
      t.match(line, {level: 60, code, msg: message});
      t.match(line.msg, /DATABASE_URL/);
      t.match(line.msg, new URL(url).host);
      t.notMatch(JSON.stringify(line), /hunter2/);
      const command = await runMaria({DATABASE_URL: url}, 'site', 'add', 'a', '--name', 'A');
      t.match(command, {code: 1, stderr: message});
    });
  }
});

t.test('the start waits for an unavailable database', async (t) => {
  const {child, printed} = await start(t, `postgres://maria@127.0.0.1:${await freePort()}/x`);

  await until(() => printed.out.split('Waiting.').length > 2);

  t.match(printed.out, /does not respond \(ECONNREFUSED\).*Waiting\./);
  t.equal(child.exitCode, null);
});

t.test('the error names a pooler in transaction mode', {skip: pgbouncerMissing}, async (t) => {
  const role = await TestRole.create(t);
  const says = /connection pooler.*PgBouncer.*Use the URL of the database itself/;
  for (const [name, more] of [
    ['that refuses settings at the login', ''],
    [
      'that ignores them',
      'ignore_startup_parameters = IntervalStyle,array_nulls,bytea_output,extra_float_digits,' +
        'default_transaction_isolation,lock_timeout,statement_timeout,' +
        'idle_in_transaction_session_timeout,intervalstyle',
    ],
  ] as const) {
    await t.test(name, async (t) => {
      const url = await startPgbouncer(t, role.url, more);

      const {exitCode, line} = await getRefusal(t, url);

      t.equal(exitCode, 1);
      t.match(line, {level: 60, msg: says});
      t.notMatch(line.msg, /does not respond/);
      const env = {DATABASE_URL: url, DATA_DIR: await temporaryFolder(t)};
      const doctor = await runMaria(env, 'doctor');
      t.equal(doctor.code, 1);
      t.match(doctor.stdout, says);
      t.match(await runMaria(env, 'site', 'add', 'a', '--name', 'A'), {code: 1, stderr: says});
    });
  }
});
