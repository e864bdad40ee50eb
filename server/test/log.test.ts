import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

import postgres from 'postgres';
import t from 'tap';

import {createLog} from '../log.js';
import {DEMO_OWNER} from '../text/email.js';
import {getConfirmationLink} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {createMigratedDatabase} from './test-database.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const SECRET = 'zora.zwiebelfisch@example.com';

const logged = (error: unknown): string => {
  let lines = '';
  createLog('trace', {write: (line) => (lines += line)}).error({err: error}, 'failed');
  return lines;
};

t.test('a driver’s additions to its errors are not logged', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = postgres(url, {max: 1, onnotice: () => undefined});
  t.teardown(() => sql.end());
  await sql`create table mails (address text primary key)`;
  await sql`insert into mails values (${SECRET})`;

  const refusal = await sql`insert into mails values (${SECRET})`.catch((error: unknown) => error);

  t.match((refusal as {detail: string}).detail, SECRET, 'the driver’s error contains the secret');
  const wrapped = new Error('not stored', {cause: new Error('tried', {cause: refusal})});
  for (const error of [refusal, wrapped]) {
    t.notMatch(logged(error), 'zwiebelfisch');
    t.match(logged(error), /"code":"23505"/);
    t.match(logged(error), /"constraint_name":"mails_pkey"/);
  }
});

t.test('an error that is its own cause is logged', (t) => {
  const error = new Error('round and round');
  error.cause = error;
  t.match(logged(error), 'round and round');
  t.end();
});

t.test('credentials in logged values are left out', (t) => {
  let lines = '';
  createLog('info', {write: (line) => (lines += line)}).info(
    {token: 't0ken', visitor: {email: SECRET, authorization: 'Bearer t0ken'}, uuid: 'kept'},
    'a visitor',
  );
  t.notMatch(lines, /t0ken|zwiebelfisch/);
  t.match(lines, 'kept');
  t.end();
});

void t.test('the log of a whole visit contains no personal data', async (t) => {
  const ip = '198.51.100.77';
  const server = await startServer(t, {settings: {TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'trace'}});
  const visitor = await Visitor.consenting(server.url);
  const headers = {'x-forwarded-for': ip};
  await visitor.call('GET', '/api/session', {headers});
  await visitor.upload(makePdf(), {name: 'Zwiebelfisch.pdf'});
  const [file] = await visitor.files();
  await visitor.download(file?.id ?? '');
  await visitor.call('PUT', '/api/session/contact', {
    json: {name: 'Zora Zwiebelfisch', email: 'zora@example.com'},
    headers,
  });
  await visitor.contact('zwiebelfisch@@example.com');
  const link = getConfirmationLink(await server.mailbox.waitFor('zora@example.com'));
  await fetch(link);
  await fetch(link, {method: 'POST'});
  await fetch(`${link}/not-me`, {method: 'POST'});
  await fetch(`${server.url}/nothing?token=${visitor.token}&email=zora@example.com`);
  await server.mailbox.waitFor(DEMO_OWNER);
  await visitor.call('DELETE', '/api/session', {headers});

  await until(() => server.logLines.filter(({msg}) => msg === 'responded').length >= 14);
  const log = JSON.stringify(server.logLines);
  t.match(log, /"route":"\/verify\/:link"/);
  t.match(log, /"busboyOptions":\{/, 'other packages log their options');
  for (const [what, secret] of [
    ['token', visitor.token],
    ['half the token', visitor.token.slice(0, 30)],
    ['link', link.split('/').at(-1) ?? ''],
    ['mac', link.split('.').at(-1) ?? ''],
    ['e-mail', 'zora@'],
    ['name', 'Zwiebelfisch'],
    ['owner', DEMO_OWNER],
    ['address', ip],
  ] as const) {
    t.notOk(log.includes(secret), `no ${what}`);
  }
});

t.test('secrets in nested values and in errors are not logged', (t) => {
  let lines = '';
  const log = createLog('trace', {write: (line) => (lines += line)});
  const headers = {authorization: 'Bearer t0ken'};
  const broken = Object.assign(new Error('broken'), {detail: SECRET});

  log.trace({options: {deep: [{headers, kept: 'here'}]}, causes: [broken]}, 'options');
  log.trace({req: {id: 'r1', headers, url: '/verify/t0ken', ip: '198.51.100.77'}}, 'request');

  t.notMatch(lines, /t0ken|zwiebelfisch|198\.51/);
  t.match(lines, /"kept":"here".*"message":"broken"/);
  t.match(lines, /"id":"r1"/);
  t.end();
});

t.test('lines that are logged right before the process exits are written', async (t) => {
  const log = new URL('../log.js', import.meta.url).href;
  const program = `
    const {createLog} = await import('${log}');
    const log = createLog('info');
    log.info('first');
    setTimeout(() => {
      log.info('second');
      log.fatal('last');
      process.exit(3);
    }, 50);`;

  const failed = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    program,
  ]).catch((error: unknown) => error as {code: number; stdout: string});

  t.match(failed, {code: 3});
  t.same(
    failed.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as {msg: string}).msg),
    ['first', 'second', 'last'],
  );
});
