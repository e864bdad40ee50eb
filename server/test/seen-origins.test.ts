import t from 'tap';

import {MAX_ORIGINS_PER_SITE} from '../contract/owner-sites.js';
import {SeenOrigins, deleteOldOrigins, listOrigins} from '../sites/seen-origins.js';
import {addSite} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {request} from './visitor.js';

const PAGE = 'https://acme.example';

const load = ({url}: TestServer, origin: string) =>
  request(url, 'GET', '/api/sites/acme/config', {headers: {origin}});

const list = async ({sql}: TestServer) =>
  (await listOrigins(sql, 'acme')).map(({origin, isRefused}) => ({origin, isRefused}));

t.test('origins are not recorded without a console', async (t) => {
  const server = await startServer(t, {settings: {CONSOLE: 'false'}});
  await addSite(server, 'acme', [PAGE]);

  t.equal((await load(server, PAGE)).status, 200);
  t.equal((await load(server, 'https://other.example')).status, 403);
  await server.seenOrigins?.stop();
  t.same(await list(server), []);
});

t.test('the origins of pages', async (t) => {
  const server = await startServer(t);
  await addSite(server, 'acme', [PAGE]);
  const find = async (origin: string) =>
    (await listOrigins(server.sql, 'acme')).find((row) => row.origin === origin);

  await t.test('are recorded when a page loads the chat, and when it is refused', async (t) => {
    t.equal((await load(server, PAGE)).status, 200);
    t.equal((await load(server, 'https://other.example')).status, 403);
    await until(async () => (await list(server)).length === 2);

    t.match(await find(PAGE), {isRefused: false});
    t.match(await find('https://other.example'), {isRefused: true});
  });

  await t.test('are not recorded if they are no origin, or for an unknown site', async (t) => {
    await load(server, 'https://a.example/<script>');
    await load(server, `https://${'a'.repeat(300)}.example`);
    await request(server.url, 'GET', '/api/sites/none/config', {headers: {origin: PAGE}});
    await load(server, 'https://last.example');
    await until(async () => (await find('https://last.example')) !== undefined);

    t.equal((await list(server)).length, 3);
    const others = await server.sql`select from site_origins where site_key <> 'acme'`;
    t.equal(others.length, 0);
  });

  await t.test('are written at most once a minute, by all servers together', async (t) => {
    const other = new SeenOrigins(server.sql, server.app.log);
    const before = await find(PAGE);
    other.add('acme', PAGE);
    await other.stop();
    t.same(await find(PAGE), before);

    await server.sql`
      update site_origins set last_at = last_at - interval '61 seconds' where origin = ${PAGE}`;
    const later = new SeenOrigins(server.sql, server.app.log);
    later.add('acme', PAGE);
    await later.stop();
    t.ok(((await find(PAGE))?.lastAt ?? 0) >= (before?.lastAt ?? 0));
    t.same((await find(PAGE))?.firstAt, before?.firstAt);
  });

  await t.test('have the outcome of the last call', async (t) => {
    const origins = new SeenOrigins(server.sql, server.app.log);
    origins.add('acme', 'https://other.example');
    await origins.stop();

    t.match(await find('https://other.example'), {isRefused: false});
  });

  await t.test('are limited for each site: invented ones displace no real one', async (t) => {
    const origins = new SeenOrigins(server.sql, server.app.log);
    for (let i = 0; i < 2 * MAX_ORIGINS_PER_SITE; i++)
      origins.add('acme', `https://${i}.example`, {isRefused: true});
    await origins.stop();

    const rows = await server.sql`select from site_origins where site_key = 'acme'`;
    t.equal(rows.length, MAX_ORIGINS_PER_SITE);
    t.match(await find(PAGE), {isRefused: false});
  });

  await t.test('are not hidden by a flood at another site', async (t) => {
    await addSite(server, 'quiet', [PAGE]);
    const origins = new SeenOrigins(server.sql, server.app.log);
    for (let i = 0; i < 20 * MAX_ORIGINS_PER_SITE; i++)
      origins.add('acme', `https://flood-${i}.example`, {isRefused: true});
    origins.add('quiet', PAGE);
    await origins.stop();

    t.match(await listOrigins(server.sql, 'quiet'), [{origin: PAGE, isRefused: false}]);
  });

  await t.test('are deleted when they were not seen for a long time', async (t) => {
    await server.sql`
      update site_origins set last_at = now() - interval '91 days' where origin <> ${PAGE}`;

    t.equal(await deleteOldOrigins(server.sql, 1_000), MAX_ORIGINS_PER_SITE - 1);
    t.same(await list(server), [{origin: PAGE, isRefused: false}]);
  });

  await t.test('are deleted with their site', async (t) => {
    await server.sql`delete from sites where key = 'acme'`;

    t.same(await list(server), []);
  });
});

t.test('a page of the server sends no Origin, and is recorded', async (t) => {
  const server = await startServer(t);
  await addSite(server, 'acme', [PAGE]);
  const loadWith = async (headers: Record<string, string>) =>
    t.equal((await request(server.url, 'GET', '/api/sites/acme/config', {headers})).status, 200);
  const listSorted = async () => (await list(server)).map(({origin}) => origin).sort();
  await loadWith({});
  for (const relation of ['none', 'cross-site']) await loadWith({'sec-fetch-site': relation});
  await loadWith({origin: PAGE, 'sec-fetch-site': 'cross-site'});
  await until(async () => (await list(server)).length > 0);
  t.same(await listSorted(), [PAGE]);

  await loadWith({'sec-fetch-site': 'same-origin'});
  await until(async () => (await list(server)).length > 1);
  t.same(await listSorted(), [new URL(server.config.publicUrl).origin, PAGE].sort());
});

t.test('a page that opens the chat, which reads the settings, too, is recorded', async (t) => {
  const server = await startServer(t);
  await addSite(server, 'acme', [PAGE]);
  const path = '/api/session/generate-uuid?config_locale=en';
  const call = {json: {site: 'acme'}, headers: {origin: PAGE}};
  t.equal((await request(server.url, 'POST', path, call)).status, 200);
  await until(async () => (await list(server)).length > 0);
  t.same(await list(server), [{origin: PAGE, isRefused: false}]);
});
