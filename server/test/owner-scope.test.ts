import Fastify from 'fastify';
import t from 'tap';

import {requireOwnerScope} from '../accounts/owner-scope.js';
import type {Account, AccountSessions} from '../contract/owner.js';
import type {ErrorBody} from '../contract/common.js';
import type {App} from '../http/app-type.js';
import {OwnerClient} from './owner-client.js';
import {startServer} from './start-server.js';
import {request} from './visitor.js';

const ACCOUNT = '/api/owner/account';

t.test('a call under /api/owner', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server, {name: 'Olga'});
  const send = (method: string, headers: Record<string, string>, body?: string) =>
    request<ErrorBody & Account>(server.url, method, ACCOUNT, {
      headers,
      ...(body !== undefined && {body}),
    });
  const {cookie} = owner;
  const json = {'content-type': 'application/json'};
  const change = JSON.stringify({name: 'Eve'});
  const getName = async () => (await owner.call<Account>('GET', ACCOUNT)).body.name;

  await t.test('returns the account of its cookie', async (t) => {
    const {status, body, headers} = await owner.call<Account>('GET', ACCOUNT);

    t.equal(status, 200);
    t.match(body, {email: owner.email, name: 'Olga', sites: [{key: 'demo', role: 'owner'}]});
    t.equal(headers.get('cache-control'), 'no-store');
    t.equal(headers.get('access-control-allow-origin'), null);
    t.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
  });

  await t.test('without an open session is refused before its body is read', async (t) => {
    const foreign = `maria_console=${'a'.repeat(43)}`;
    const given: Record<string, string>[] = [{}, {cookie: foreign}, {cookie: 'maria_console='}];
    for (const headers of given)
      t.match(await send('GET', {...headers, 'sec-fetch-site': 'same-origin'}), {
        status: 401,
        body: {code: 'sign_in_required'},
      });
    t.match(await send('PATCH', {...json, 'sec-fetch-site': 'same-origin'}, '{"'), {
      status: 401,
      body: {code: 'sign_in_required'},
    });
  });

  for (const site of ['cross-site', 'same-site', 'none', ''])
    await t.test(`from another page (${site || 'empty'}) is refused`, async (t) => {
      const headers = {cookie, ...json, 'sec-fetch-site': site, origin: server.config.publicUrl};
      for (const answer of [await send('GET', headers), await send('PATCH', headers, change)])
        t.match(answer, {status: 403, body: {code: 'cross_site'}});
      t.equal(await getName(), 'Olga');
    });

  await t.test('of an older browser needs the origin of the console for changes', async (t) => {
    t.equal((await send('GET', {cookie})).status, 200);
    const {origin} = new URL(server.config.publicUrl);
    const given: Record<string, string>[] = [
      {},
      {origin: 'null'},
      {origin: 'https://evil.example'},
      {origin: `${origin}.evil.example`},
      {origin: origin.toUpperCase()},
    ];
    for (const headers of given)
      t.match(await send('PATCH', {cookie, ...json, ...headers}, change), {
        status: 403,
        body: {code: 'cross_site'},
      });
    t.equal(await getName(), 'Olga');

    const answer = await send(
      'PATCH',
      {cookie, ...json, origin},
      JSON.stringify({name: 'Olga B.'}),
    );
    t.match(answer, {status: 200, body: {name: 'Olga B.'}});
  });

  await t.test('that changes something is JSON, also without a body', async (t) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])
      t.match(await owner.call('PATCH', ACCOUNT, {body: change, headers: {'content-type': type}}), {
        status: 415,
        body: {code: 'unsupported_media_type'},
      });
    const {body} = await owner.call<AccountSessions>('GET', `${ACCOUNT}/sessions`);
    const path = `${ACCOUNT}/sessions/${body.sessions[0]?.id ?? ''}`;
    const answer = await request(server.url, 'DELETE', path, {headers: owner.headers});
    t.equal(answer.status, 415);
    t.equal((await owner.call('GET', ACCOUNT)).status, 200);
  });

  await t.test('has no preflight', async (t) => {
    for (const path of [ACCOUNT, '/api/owner/none', '/console/']) {
      const {status, headers} = await request(server.url, 'OPTIONS', path, {
        headers: {origin: 'https://evil.example', 'access-control-request-method': 'PATCH'},
      });
      t.equal(status, 404);
      for (const name of headers.keys()) t.notMatch(name, /^access-control-/);
    }
  });
});

t.test('each network and each account have a limit', async (t) => {
  const server = await startServer(t, {
    settings: {RATE_LIMIT_PER_MINUTE: '1', TRUST_PROXY: '127.0.0.1,::1'},
  });
  const owner = await OwnerClient.create(server);
  const change = (network: string) =>
    owner.call<ErrorBody>('PATCH', ACCOUNT, {
      json: {name: 'Olga'},
      headers: {'x-forwarded-for': network},
    });

  for (let i = 0; i < 12; i++) t.equal((await change(`203.0.113.${i}`)).status, 200);
  const refused = await change('203.0.113.99');

  t.match(refused, {status: 429, body: {code: 'rate_limited', message: /one account/}});
  t.ok(Number(refused.headers.get('retry-after')) > 0);
  t.equal((await owner.call('GET', ACCOUNT)).status, 200, 'reads have a limit of their own');
  const other = await OwnerClient.create(server);
  t.equal((await other.call('PATCH', ACCOUNT, {json: {name: 'Ben'}})).status, 200);
});

t.test('a route under /api/owner cannot be registered without the guard', async (t) => {
  const app = Fastify() as unknown as App;
  requireOwnerScope(app);

  t.throws(() => app.get('/api/owner/leads', () => 'open'), /is not guarded/);
  t.doesNotThrow(() => app.get('/api/owners', () => 'another path'));
  await app.close();
});
