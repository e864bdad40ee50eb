import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {removeMember, setRole} from '../accounts/memberships.js';
import type {AccountSessions, Role} from '../contract/owner.js';
import {transaction} from '../database/transaction.js';
import {CONSOLE_HEADERS, OwnerClient} from './owner-client.js';
import {callSignIn, getCookie, requestToken, signInWith} from './sign-in-helpers.js';
import {startServer} from './start-server.js';
import {request} from './visitor.js';

const ACCOUNT = '/api/owner/account';

t.test('a session', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const isOpen = async (client: OwnerClient) => (await client.call('GET', ACCOUNT)).status === 200;
  const age = (client: OwnerClient, column: string, time: string) => server.sql`
    update account_sessions set ${server.sql(column)} = ${server.sql(column)} - ${time}::interval
    where account_id = ${client.accountId}`;

  await t.test('ends after 7 days without a call', async (t) => {
    const client = await owner.signInAgain(server.sql);
    await age(client, 'last_seen_at', '6 days 23 hours 59 minutes');
    t.ok(await isOpen(client), 'and a call extends it');
    await age(client, 'last_seen_at', '6 days 23 hours 59 minutes');
    t.ok(await isOpen(client));
    await age(client, 'last_seen_at', '7 days 1 second');
    t.notOk(await isOpen(client));
  });

  await t.test('ends 30 days after the sign-in', async (t) => {
    const client = await owner.signInAgain(server.sql);
    await age(client, 'ends_at', '29 days 23 hours 59 minutes');
    t.ok(await isOpen(client));
    await age(client, 'ends_at', '1 minute');
    t.notOk(await isOpen(client));
  });

  await t.test('ends with a sign-out, and other sessions stay', async (t) => {
    const client = await owner.signInAgain(server.sql);
    const other = await owner.signInAgain(server.sql);
    const {status, headers} = await client.call('POST', '/api/owner/sign-out', {json: {}});
    t.equal(status, 204);
    t.notOk(headers.has('clear-site-data'), 'the storage is that of other pages, too');
    t.notOk(await isOpen(client));
    t.ok(await isOpen(other));
  });

  await t.test('ends with a sign-out everywhere', async (t) => {
    const client = await owner.signInAgain(server.sql);
    const other = await owner.signInAgain(server.sql);
    await client.call('POST', '/api/owner/sign-out', {json: {everywhere: true}});
    t.notOk(await isOpen(client));
    t.notOk(await isOpen(other));
  });

  await t.test('is listed, and can be ended by its account only', async (t) => {
    const client = await owner.signInAgain(server.sql);
    const other = await owner.signInAgain(server.sql);
    const stranger = await OwnerClient.create(server);
    const list = async () =>
      (await client.call<AccountSessions>('GET', `${ACCOUNT}/sessions`)).body.sessions;
    const before = await list();
    const id = before.find(({is_current: isCurrent}) => !isCurrent)?.id ?? '';
    t.equal(before.length, 2);
    t.equal(before.filter(({is_current: isCurrent}) => isCurrent).length, 1);
    const end = (by: OwnerClient, session: string) =>
      by.call<ErrorBody>('DELETE', `${ACCOUNT}/sessions/${session}`);

    const foreign = await end(stranger, id);
    const unknown = await end(stranger, '2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e');
    t.equal(foreign.status, 404);
    t.same({...foreign.body, request_id: ''}, {...unknown.body, request_id: ''});
    t.ok(await isOpen(other));
    t.equal((await end(client, id)).status, 204);
    t.notOk(await isOpen(other));
    t.equal((await end(client, id)).status, 404);
    t.equal((await list()).length, 1);
  });

  await t.test('says why it has ended, if not by its own browser', async (t) => {
    const askWhy = async (client: OwnerClient) => {
      const {status, body} = await client.call<ErrorBody>('GET', ACCOUNT);
      t.match([status, body.code], [401, 'sign_in_required']);
      return body.reason;
    };
    const client = await owner.signInAgain(server.sql);
    const other = await owner.signInAgain(server.sql);
    const third = await owner.signInAgain(server.sql);
    const {body} = await client.call<AccountSessions>('GET', `${ACCOUNT}/sessions`);
    const {id = ''} = body.sessions.find(({is_current: isCurrent}) => isCurrent) ?? {};
    await other.call('DELETE', `${ACCOUNT}/sessions/${id}`);
    t.equal(await askWhy(client), 'signed_out');
    await other.call('POST', '/api/owner/sign-out', {json: {everywhere: true}});
    t.equal(await askWhy(other), undefined, 'its own sign-out');
    t.equal(await askWhy(third), 'signed_out');

    const change = (role: Role | null) =>
      transaction(server.sql, (tx) => {
        const member = {accountId: demoted.accountId, siteKey: 'demo'};
        return role ? setRole(tx, {...member, role}) : removeMember(tx, member);
      });
    const demoted = await OwnerClient.create(server, {roles: {demo: 'agent', workshop: 'agent'}});
    await change('observer');
    t.equal(await askWhy(demoted), 'role_changed');
    const again = await demoted.signInAgain(server.sql);
    await change(null);
    t.equal(await askWhy(again), 'role_changed');
    const stranger = new OwnerClient(server.url, '', '', `maria_console=${'A'.repeat(43)}`);
    t.equal(await askWhy(stranger), undefined);
  });

  await t.test('ends at once on another server', async (t) => {
    const second = await startServer(t, {beside: server});
    const client = await owner.signInAgain(server.sql);
    t.ok(await isOpen(client.at(second.url)));
    await client.call('POST', '/api/owner/sign-out', {json: {}});
    t.notOk(await isOpen(client.at(second.url)));
  });
});

t.test('a sign-in gets a new cookie, and ends the session of the earlier one', async (t) => {
  const server = await startServer(t);
  server.sender.wake();
  const earlier = await OwnerClient.create(server);
  const token = await requestToken(server, earlier.email);

  const client = await signInWith(server, token, {cookie: earlier.cookie});

  t.not(client.cookie, earlier.cookie);
  t.equal((await client.call('GET', ACCOUNT)).status, 200);
  t.equal((await earlier.call('GET', ACCOUNT)).status, 401);
});

t.test('the cookie of a console with HTTPS is for its host only', async (t) => {
  const server = await startServer(t, {settings: {PUBLIC_URL: 'https://chat.example.com'}});
  server.sender.wake();
  const owner = await OwnerClient.create(server);
  const token = await requestToken(server, owner.email);

  const {headers} = await callSignIn(server, 'link/use', {token});

  const [cookie, ...attributes] = getCookie(headers);
  t.match(cookie, /^__Host-maria_console=[\w-]{43}$/);
  t.same(attributes, ['Path=/', 'Max-Age=2592000', 'HttpOnly', 'SameSite=Strict', 'Secure']);
  const plain = cookie.replace('__Host-', '');
  const call = (given: string) =>
    request(server.url, 'GET', ACCOUNT, {headers: {cookie: given, ...CONSOLE_HEADERS}});
  t.equal((await call(plain)).status, 401);
  t.equal((await call(`a=b; ${cookie}; c=d`)).status, 200);
});
