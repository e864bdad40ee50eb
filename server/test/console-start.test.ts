import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {announceConsole} from '../accounts/announce.js';
import {accountCommand} from '../accounts/command.js';
import {setRole} from '../accounts/memberships.js';
import type {Account} from '../contract/owner.js';
import {transaction} from '../database/transaction.js';
import {DEMO_OWNER} from '../text/email.js';
import {callAtHost} from './call-at-host.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {fetchOpenApi, getOperations} from './openapi-document.js';
import {CONSOLE_HEADERS, OwnerClient} from './owner-client.js';
import {runCommand} from './run-command.js';
import {callSignIn, readToken, requestToken, signInWith} from './sign-in-helpers.js';
import {startServer, temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';
import {freePort} from './free-port.js';
import {until} from './until.js';
import {request} from './visitor.js';

const ACCOUNT = '/api/owner/account';
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

t.test('a start in development prints a link that creates the account', async (t) => {
  const server = await startServer(t);
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATA_DIR: await temporaryFolder(t),
      DATABASE_URL: server.config.databaseUrl,
      SMTP_URL: server.mailbox.url,
      SECRET_KEY: randomBytes(32).toString('hex'),
      LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const url = `http://localhost:${port}`;
  await until(() => readToken(output) !== '');

  t.match(output, new RegExp(`ready: ${url}\\n\\nConsole .*\\n${url}/console/sign-in/#`));
  const token = readToken(output);
  t.match((await callSignIn({url}, 'link/look', {token})).body, {
    ...{purpose: 'sign_in', email_masked: 'o•••@localhost'},
  });
  const client = await signInWith({url}, token);
  t.match((await client.call<Account>('GET', ACCOUNT)).body, {
    ...{email: DEMO_OWNER, sites: [{key: 'demo', role: 'owner'}]},
  });
  t.equal((await callSignIn({url}, 'link/use', {token})).status, 410);
});

const countAccounts = async ({sql}: TestServer) => (await sql`select from accounts`).length;

t.test('the first use of a printed link creates the account', async (t) => {
  const server = await startServer(t);
  const print = async () => readToken(await announceConsole(server.sql, server.config));
  const [first, second, third] = [await print(), await print(), await print()];
  t.equal((await callSignIn(server, 'link/look', {token: first})).status, 200);
  t.equal(await countAccounts(server), 0);

  const clients = await Promise.all([signInWith(server, first), signInWith(server, second)]);
  t.equal(clients[0].accountId, clients[1].accountId);
  t.same((await clients[0].call<Account>('GET', ACCOUNT)).body.sites, [
    {key: 'demo', name: 'Demo', role: 'owner'},
  ]);
  for (const token of [first, second])
    t.equal((await callSignIn(server, 'link/use', {token})).status, 410, 'once');
  t.match(await runCommand(server, accountCommand, 'link', DEMO_OWNER), /sign-in\/#/);

  const json = {everywhere: true};
  await clients[0].call('POST', '/api/owner/sign-out', {json});
  t.equal((await callSignIn(server, 'link/use', {token: third})).status, 410, 'sign-out ends it');
  const fourth = await print();
  await transaction(server.sql, (tx) =>
    setRole(
      tx,
      {accountId: clients[0].accountId, siteKey: 'demo', role: 'agent'},
      {canRemoveLastOwner: true},
    ),
  );
  const {body} = await (await signInWith(server, fourth)).call<Account>('GET', ACCOUNT);
  t.match(body.sites, [{key: 'demo', role: 'agent'}], 'a later use changes no role');
});

t.test('a link that has expired creates no account', async (t) => {
  const server = await startServer(t);
  const token = readToken(await announceConsole(server.sql, server.config));
  await server.sql`update sign_in_links set expires_at = expires_at - interval '60 minutes'`;

  t.equal((await callSignIn(server, 'link/use', {token})).status, 410);
  t.equal(await countAccounts(server), 0);
});

t.test('the first sign-in can also be with a link that is asked for', async (t) => {
  const server = await startServer(t);
  server.sender.wake();
  const client = await signInWith(server, await requestToken(server, DEMO_OWNER));

  t.match((await client.call<Account>('GET', ACCOUNT)).body, {
    ...{email: DEMO_OWNER, sites: [{key: 'demo', role: 'owner'}]},
  });
});

t.test('production has no account without a domain', async (t) => {
  const development = await startServer(t);
  const token = readToken(await announceConsole(development.sql, development.config));
  const config = {...development.config, production: true};
  const server = await startServer(t, {beside: development, deps: {config}});

  for (const path of ['link/look', 'link/use'])
    t.equal((await callSignIn(server, path, {token})).status, 410, path);
  t.equal((await callSignIn(server, 'link', {email: DEMO_OWNER})).status, 202);
  t.equal((await server.sql`select from sign_in_links`).length, 1, 'nothing was created');
  const commands = {...server, config};
  await t.rejects(runCommand(commands, accountCommand, 'link', DEMO_OWNER), {message: /plain/});
  t.equal(await countAccounts(server), 0);
});

t.test('a start in production prints no link', async (t) => {
  const server = await startServer(t);
  const config = {...server.config, production: true};

  const text = await announceConsole(server.sql, config);
  t.match(text, 'maria account add');
  t.notMatch(text, /#|http/);
  t.equal((await server.sql`select from sign_in_links`).length, 0);
  await OwnerClient.create(server);
  t.equal(await announceConsole(server.sql, config), undefined);
});

t.test('calls without an account create nothing and read nothing', async (t) => {
  const server = await startServer(t);
  const operations = getOperations(await fetchOpenApi(server.url)).filter(({path}) =>
    path.startsWith('/api/owner'),
  );
  t.ok(operations.length > 5);
  const isSignIn = (path: string) => path.startsWith('/api/owner/sign-in/');
  for (const {method, path} of operations) {
    const url = path.replace(/\{\w+\}/g, '2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e');
    for (const headers of [CONSOLE_HEADERS, {...CONSOLE_HEADERS, cookie: 'maria_console=x'}]) {
      const {status} = await retryWhileBusy(() =>
        request(server.url, method, url, {
          headers: {...headers, 'content-type': 'application/json'},
          ...(method !== 'GET' && {body: '{}'}),
        }),
      );
      t.equal(status, isSignIn(path) ? 400 : 401, `${method} ${path}`);
    }
  }
  t.equal((await server.sql`select from accounts`).length, 0);
  t.equal((await server.sql`select from account_sessions`).length, 0);
});

const PATHS = [ACCOUNT, '/api/owner/sign-in/link', '/console/', '/console/demo/leads'];

t.test('a console on another host responds only there', async (t) => {
  const server = await startServer(t, {
    settings: {
      PUBLIC_URL: 'https://chat.example.com',
      CONSOLE_URL: 'https://console.example.com/console/',
      TRUST_PROXY: '127.0.0.1,::1',
    },
  });
  const {accountId, cookie} = await OwnerClient.create(server);
  const owner = new OwnerClient(server.url, accountId, '', cookie.replace('maria', '__Host-maria'));
  const call = (method: string, path: string, host: string, more = {}) =>
    callAtHost(server.url, method, path, {...owner.headers, host, ...more});

  t.equal((await call('GET', ACCOUNT, 'console.example.com')).status, 200);
  t.equal((await call('GET', ACCOUNT, 'Console.Example.com')).status, 200);
  for (const host of ['chat.example.com', 'localhost', 'console.example.com.evil.example'])
    for (const path of [...PATHS, '/api/%6fwner/account'])
      for (const method of ['GET', 'POST', 'OPTIONS'])
        t.match(await call(method, path, host), {status: 404, body: {code: 'not_found'}});
  t.equal((await call('GET', '/api/sites/demo/config', 'chat.example.com')).status, 200);

  const forged = {'x-forwarded-host': 'console.example.com'};
  for (const path of PATHS)
    t.equal((await call('GET', path, 'chat.example.com', forged)).status, 404, path);
});

t.test('a console that is switched off has no routes', async (t) => {
  const server = await startServer(t, {settings: {CONSOLE: 'false'}});
  const owner = await OwnerClient.create(server);
  const before = await server.sql`select * from account_sessions`;

  for (const path of PATHS)
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE', 'OPTIONS'])
      t.equal((await owner.call(method, path)).status, 404, `${method} ${path}`);
  t.same(await server.sql`select * from account_sessions`, before);
  t.equal(await announceConsole(server.sql, server.config), undefined);
});
