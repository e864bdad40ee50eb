import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {announceConsole} from '../accounts/announce.js';
import {accountCommand} from '../accounts/command.js';
import type {Account} from '../contract/owner.js';
import {DEMO_OWNER} from '../sites/demo-sites.js';
import {callAtHost} from './call-at-host.js';
import {fetchOpenApi, getOperations} from './openapi-document.js';
import {CONSOLE_HEADERS, OwnerClient} from './owner-client.js';
import {runCommand} from './run-command.js';
import {callSignIn, readToken, signInWith} from './sign-in-helpers.js';
import {startServer, temporaryFolder} from './start-server.js';
import {freePort} from './free-port.js';
import {until} from './until.js';
import {request} from './visitor.js';

const ACCOUNT = '/api/owner/account';
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

t.test('a start in development creates the account, and prints its link', async (t) => {
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
    ...{purpose: 'sign_in', email_masked: 'o•••@example.com'},
  });
  const client = await signInWith({url}, token);
  t.match((await client.call<Account>('GET', ACCOUNT)).body, {
    ...{email: DEMO_OWNER, sites: [{key: 'demo', role: 'owner'}]},
  });
  t.equal((await callSignIn({url}, 'link/use', {token})).status, 410);
});

t.test('each start in development voids the link of the start before', async (t) => {
  const server = await startServer(t);
  const print = async () => readToken(await announceConsole(server.sql, server.config));
  const earlier = await print();
  const token = await print();

  t.equal((await callSignIn(server, 'link/use', {token: earlier})).status, 410);
  const first = await signInWith(server, token);
  const second = await signInWith(server, await print());
  t.equal(second.accountId, first.accountId);
  t.match(await runCommand(server, accountCommand, 'link', DEMO_OWNER), /sign-in\/#/);
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
      const {status} = await request(server.url, method, url, {
        headers: {...headers, 'content-type': 'application/json'},
        ...(method !== 'GET' && {body: '{}'}),
      });
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
