import postgres from 'postgres';
import t from 'tap';

import {accountCommand} from '../accounts/command.js';
import {hashCookie} from '../accounts/cookie.js';
import {PRINTED_LINK_MS, insertLink} from '../accounts/link-store.js';
import {SignInLinks} from '../accounts/links.js';
import type {ConsoleSettings} from '../config/console.js';
import type {Account, OpenLink} from '../contract/owner.js';
import type {Sql} from '../database/sql.js';
import {CONSOLE_HEADERS, OwnerClient} from './owner-client.js';
import {
  callSignIn,
  getCookie,
  readToken,
  requestToken,
  signInWith,
  sendSignIn,
} from './sign-in-helpers.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {request} from './visitor.js';

const ACCOUNT = '/api/owner/account';

const listAudit = async ({sql}: TestServer, event: string) =>
  sql<{metadata: Record<string, unknown>}[]>`
    select metadata from audit_logs where event_type = ${event} order by id`;

/** Waits until the mail sender has no job, so that every e-mail was sent or dropped. */
const waitForMailQueue = ({sql}: TestServer) =>
  until(async () => (await sql`select from jobs where kind = 'mail'`).length === 0);

t.test('a link in an e-mail signs in once', async (t) => {
  const server = await startServer(t);
  server.sender.wake();
  const owner = await OwnerClient.create(server, {email: 'olga@example.com', name: 'Olga'});
  const token = await requestToken(server, owner.email);
  let secret = '';
  const countRows = async () => [
    await server.sql`select * from account_sessions order by id`,
    await server.sql`select * from sign_in_links order by id`,
    await server.sql`select count(*) from audit_logs`,
  ];

  await t.test('looking at it changes nothing', async (t) => {
    const before = await countRows();
    for (let i = 0; i < 20; i++) {
      const looked = await callSignIn<OpenLink>(server, 'link/look', {token});
      t.match(looked, {status: 200, body: {purpose: 'sign_in', email_masked: 'o•••@example.com'}});
      for (const method of ['GET', 'HEAD'])
        for (const path of ['/console/sign-in/', '/api/owner/sign-in/link/use'])
          await request(server.url, method, `${path}#${token}`, {headers: CONSOLE_HEADERS});
    }
    t.same(await countRows(), before);
  });

  await t.test('using it sets the cookie of a new session', async (t) => {
    const used = await callSignIn<Account>(server, 'link/use', {token});

    t.match(used, {status: 200, body: {email: 'olga@example.com', sites: [{key: 'demo'}]}});
    const [cookie = '', ...attributes] = getCookie(used.headers);
    t.match(cookie, /^maria_console=[\w-]{43}$/);
    secret = cookie.replace('maria_console=', '');
    t.same(attributes, ['Path=/', 'Max-Age=2592000', 'HttpOnly', 'SameSite=Strict']);
    const client = new OwnerClient(server.url, owner.accountId, owner.email, cookie);
    t.equal((await client.call<Account>('GET', ACCOUNT)).body.name, 'Olga');
  });

  await t.test('a repeat is refused, as is every wrong token', async (t) => {
    const [id = '', mac = ''] = token.split('.');
    for (const wrong of [token, id, `${id}.`, `${id}.${mac.slice(1)}`, `${mac}.${id}`, '', 'x'])
      for (const path of ['link/look', 'link/use', 'not-me'])
        t.match(await callSignIn(server, path, {token: wrong}), {
          status: 410,
          body: {code: 'link_over'},
        });
    t.equal((await listAudit(server, 'signed_in')).length, 1);
  });

  await t.test('neither link nor cookie is in the database or the log', async (t) => {
    const [, mac = ''] = token.split('.');
    const log = JSON.stringify(server.logLines);
    t.notMatch(log, mac);
    t.notMatch(log, token);
    t.notMatch(log, secret);
    t.notMatch(log, 'olga@example.com');
    const tables = await server.sql<{name: string}[]>`
      select table_name as name from information_schema.tables where table_schema = 'public'`;
    const tablesWithHash: string[] = [];
    for (const {name} of tables) {
      const rows = await server.sql`select t::text as text from ${server.sql(name)} t`;
      const text = JSON.stringify(rows);
      t.notMatch(text, mac, name);
      t.notMatch(text, secret, name);
      if (text.includes(hashCookie(secret).toString('hex'))) tablesWithHash.push(name);
      if (name !== 'accounts') t.notMatch(text, 'olga@example.com', name);
    }
    t.same(tablesWithHash, ['account_sessions']);
  });
});

t.test('a link expires after 15 minutes', async (t) => {
  const server = await startServer(t);
  server.sender.wake();
  const owner = await OwnerClient.create(server);
  const token = await requestToken(server, owner.email);
  const [link] = await server.sql`
    update sign_in_links set expires_at = expires_at - interval '15 minutes'
    returning created_at = expires_at as "isOver"`;

  t.equal(link?.['isOver'], true);
  t.equal((await callSignIn(server, 'link/look', {token})).status, 410);
  t.equal((await callSignIn(server, 'link/use', {token})).status, 410);
});

t.test('two presses at the same time sign in once', async (t) => {
  const server = await startServer(t);
  server.sender.wake();
  const owner = await OwnerClient.create(server);
  const token = await requestToken(server, owner.email);

  const answers = await Promise.all(
    Array.from({length: 5}, () => callSignIn(server, 'link/use', {token})),
  );

  const statuses = answers.map(({status}) => status);
  t.same([...new Set(statuses)].sort(), [200, 410]);
  t.equal(statuses.filter((status) => status === 200).length, 1);
  t.equal((await listAudit(server, 'signed_in')).length, 1);
});

t.test('links of one account that are used at the same time all sign in', async (t) => {
  const server = await startServer(t);
  const {accountId} = await OwnerClient.create(server);
  const links = new SignInLinks(server.config.secrets, server.config.console as ConsoleSettings);
  const createToken = async () => {
    const id = await insertLink(server.sql, {
      ...{purpose: 'sign_in', keyId: links.keyId, validMs: PRINTED_LINK_MS, accountId},
    });
    return links.create(id, links.keyId);
  };

  for (let round = 0; round < 5; round++) {
    const tokens = await Promise.all(Array.from({length: 6}, createToken));
    const answers = await Promise.all(
      tokens.map((token) => callSignIn(server, 'link/use', {token})),
    );
    t.same(answers.map(({status}) => status).sort(), [200, 200, 200, 200, 200, 200]);
  }
});

t.test('a sign-in ends no other link, and a sign-out everywhere ends all', async (t) => {
  const server = await startServer(t);
  server.sender.wake();
  const {email} = await OwnerClient.create(server);
  const print = async () => readToken(await runCommand(server, accountCommand, 'link', email));
  const [printed, left] = [await print(), await print()];
  const earlier = await requestToken(server, email);
  await signInWith(server, await requestToken(server, email, 1));

  for (const token of [earlier, printed]) {
    t.equal((await callSignIn(server, 'link/look', {token})).status, 200);
    t.equal((await callSignIn(server, 'link/use', {token})).status, 200);
    t.equal((await callSignIn(server, 'link/use', {token})).status, 410);
  }
  const client = await signInWith(server, await print());
  await client.call('POST', '/api/owner/sign-out', {json: {everywhere: true}});
  t.equal((await callSignIn(server, 'link/use', {token: left})).status, 410);
});

t.test('the link opens the page that was asked for', async (t) => {
  const server = await startServer(t);
  server.sender.wake();
  const owner = await OwnerClient.create(server);
  const place = '/console/leads/2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e';

  await callSignIn(server, 'link', {email: owner.email, place});
  const {text = '', html = ''} = await server.mailbox.waitFor(owner.email);

  t.match(text, new RegExp(`/console/sign-in/#[\\w.-]+&to=${place}\\n`));
  t.match(html, `&amp;to=${place}"`);
  for (const wrong of ['https://evil.example/', '//evil.example', '/console/../x', '/other/'])
    t.equal((await callSignIn(server, 'link', {email: owner.email, place: wrong})).status, 400);
});

t.test('a known and an unknown e-mail address cannot be told apart', async (t) => {
  const server = await startServer(t);
  const statements: string[] = [];
  const sql = postgres(server.config.databaseUrl ?? '', {
    debug: (_connection, statement) => statements.push(statement),
  });
  t.teardown(() => sql.end());
  // Its sender does nothing, so that only statements of requests are counted.
  const watched = await startServer(t, {beside: server, deps: {sql: sql as unknown as Sql}});
  await watched.sender.stop();
  const owner = await OwnerClient.create(server);
  const ask = async (email: string) => {
    const {status, headers, body} = await retryWhileBusy(() => {
      statements.length = 0;
      return sendSignIn(watched, 'link', {email});
    });
    const kept = [...headers].filter(([name]) => !/^(x-request-id|date|ratelimit-)/.test(name));
    return {response: {status, headers: kept, body}, statements: [...statements]};
  };
  await ask('warm-up@example.com');

  const known = await ask(owner.email);
  const unknown = await ask('stranger@example.com');

  t.equal(known.response.status, 202);
  t.same(unknown.response, known.response);
  t.ok(known.statements.length > 5, `${known.statements.length} statements`);
  t.same(unknown.statements, known.statements);
  for (let i = 0; i < 4; i++) await ask(owner.email);
  const [seen] =
    await server.sql`select count(*)::int from sign_in_links where account_id is not null`;
  t.equal(seen?.['count'], 5);
  for (let i = 0; i < 4; i++) await ask('stranger@example.com');
  t.same((await ask('stranger@example.com')).response, known.response, 'after a limit, too');
  t.same((await ask('no address')).response, known.response, 'and without an e-mail address');
});

t.test('an e-mail address without an account gets no e-mail', async (t) => {
  const server = await startServer(t);
  server.sender.wake();

  await callSignIn(server, 'link', {email: 'stranger@example.com'});
  await waitForMailQueue(server);

  t.same(server.mailbox.mails, []);
  t.same(
    (await listAudit(server, 'sign_in_link_requested')).map(({metadata}) => metadata),
    [{account: null}],
  );
});

t.test('links are limited', async (t) => {
  const server = await startServer(t, {settings: {TRUST_PROXY: '127.0.0.1,::1'}});
  const owner = await OwnerClient.create(server, {email: 'Olga@example.com'});
  const ask = (email: string, network: string) =>
    callSignIn(server, 'link', {email}, {'x-forwarded-for': network});
  const countLinks = async () => (await server.sql`select from sign_in_links`).length;
  const countLimited = async () =>
    (await listAudit(server, 'sign_in_link_requested')).filter(
      ({metadata}) => metadata['stopped'] === true,
    ).length;

  await t.test('to 5 an hour and 10 a day for an e-mail address', async (t) => {
    for (let i = 0; i < 6; i++)
      t.equal((await ask(i % 2 ? owner.email : 'olga@EXAMPLE.com', `203.0.113.${i}`)).status, 202);
    t.equal(await countLinks(), 5);
    t.equal(await countLimited(), 1);

    await server.sql`update mail_counts set counted_at = counted_at - interval '1 hour'`;
    for (let i = 0; i < 6; i++) await ask(owner.email, `203.0.113.${i}`);
    t.equal(await countLinks(), 10);
    await server.sql`update mail_counts set counted_at = counted_at - interval '1 hour'`;
    await ask(owner.email, '203.0.113.1');
    t.equal(await countLinks(), 10);
    t.equal(await countLimited(), 3);
  });

  await t.test('to 10 an hour for a client network', async (t) => {
    await server.sql`delete from sign_in_links`;
    for (let i = 0; i < 11; i++)
      t.equal((await ask(`person${i}@example.com`, '198.51.100.1')).status, 202);
    t.equal(await countLinks(), 10);
    await ask('person11@example.com', '198.51.100.2');
    t.equal(await countLinks(), 11);
  });
});

t.test('a sign-in from a new browser', async (t) => {
  const server = await startServer(t);
  server.sender.wake();
  const email = 'olga@example.com';
  const known = await OwnerClient.create(server, {email});
  const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const getReports = () =>
    server.mailbox.mails.filter(({subject}) => /^New sign-in/.test(subject ?? ''));

  await t.test('is not reported for a browser with an earlier cookie', async (t) => {
    const token = await requestToken(server, email);
    await known.call('POST', '/api/owner/sign-out', {json: {}});
    await signInWith(server, token, {cookie: known.cookie, 'user-agent': agent});
    await waitForMailQueue(server);
    t.equal(getReports().length, 0);
  });

  await t.test('sends an e-mail whose link ends all sessions and links', async (t) => {
    const token = await requestToken(server, email, 1);
    const client = await signInWith(server, token, {'user-agent': agent});
    const other = await known.signInAgain(server.sql);
    const open = await requestToken(server, email, 3);
    await until(() => getReports().length === 1);
    const {text} = getReports()[0] ?? {};
    t.match(text, 'Firefox on Windows');
    t.match(text, /This was not me:\nhttp\S+\/console\/not-me\/#/);
    const report = readToken(text);

    t.match(await callSignIn<OpenLink>(server, 'link/look', {token: report}), {
      status: 200,
      body: {purpose: 'not_me', email_masked: 'o•••@example.com', browser: 'Firefox on Windows'},
    });
    t.equal((await callSignIn(server, 'link/use', {token: report})).status, 410);
    t.equal((await client.call('GET', ACCOUNT)).status, 200, 'it does not sign in');
    t.equal((await callSignIn(server, 'not-me', {token: open})).status, 410);
    t.equal((await callSignIn(server, 'not-me', {token: report})).status, 204);

    for (const ended of [client, other]) t.equal((await ended.call('GET', ACCOUNT)).status, 401);
    t.equal((await callSignIn(server, 'link/use', {token: open})).status, 410);
    t.equal((await callSignIn(server, 'not-me', {token: report})).status, 410);
    t.equal((await listAudit(server, 'sign_in_reported')).length, 1);
  });
});

t.test('audit rows of accounts have ids, and no e-mail address', async (t) => {
  const server = await startServer(t);
  server.sender.wake();
  const owner = await OwnerClient.create(server, {email: 'olga@example.com'});
  const client = await signInWith(server, await requestToken(server, owner.email));
  await client.call('PATCH', ACCOUNT, {json: {name: 'Olga', locale: 'de'}});
  await client.call('POST', '/api/owner/sign-out', {json: {}});

  const account = owner.accountId;
  t.match(await listAudit(server, 'signed_in'), [{metadata: {account, purpose: 'sign_in'}}]);
  t.match(await listAudit(server, 'account_changed'), [
    {metadata: {account, fields: ['name', 'locale']}},
  ]);
  t.match(await listAudit(server, 'signed_out'), [{metadata: {account, everywhere: false}}]);
  const rows = await server.sql`select metadata::text as text from audit_logs`;
  t.notMatch(JSON.stringify(rows), /olga/i);
});
