import t from 'tap';

import type {SiteConfig, SiteSettings} from '../contract/sites.js';
import {saveSite} from '../sites/store.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {Visitor, request} from './visitor.js';

void t.test('a site’s public settings', async (t) => {
  const server = await startServer(t);
  await saveSite(server.sql, {
    key: 'acme',
    name: 'Acme',
    allowedOrigins: ['https://acme.example'],
    notifyEmail: 'secret-owner@acme.example',
    settings: {max_files: 2, min_files: 0, max_file_bytes: 1_000_000},
  });
  const get = (urlPath: string, headers = {}) =>
    request<Record<string, unknown>>(server.url, 'GET', urlPath, {headers});

  await t.test('are returned with the effective limits and without private values', async (t) => {
    const {status, body} = await get('/api/sites/acme/config?locale=de');

    t.equal(status, 200);
    t.match(body, {
      site: 'acme',
      name: 'Acme',
      limits: {max_files: 2, min_files: 0, max_file_bytes: 1_000_000},
      conversation: {steps: [{id: 'welcome'}]},
    });
    t.notMatch(JSON.stringify(body), /secret-owner|acme\.example/);
  });

  await t.test('have an ETag that saves the second response', async (t) => {
    const first = await get('/api/sites/acme/config');
    const etag = first.headers.get('etag') ?? '';
    const again = await get('/api/sites/acme/config', {'if-none-match': etag});
    const other = await get('/api/sites/acme/config', {'if-none-match': '"other"'});

    t.match(etag, /^"[\w-]+"$/);
    t.same([again.status, again.body], [304, {text: ''}]);
    t.equal(other.status, 200);
    for (const known of [`W/${etag}`, `"other", W/${etag}`, `"a",${etag},"b"`, '*']) {
      const {status} = await get('/api/sites/acme/config', {'if-none-match': known});
      t.equal(status, 304, known);
    }
    for (const unknown of ['', '"*"', etag.slice(1, -1), `"${etag}"`, 'W/"other"']) {
      const {status} = await get('/api/sites/acme/config', {'if-none-match': unknown});
      t.equal(status, 200, unknown);
    }
  });

  await t.test('are refused to other pages, and not found for unknown keys', async (t) => {
    t.equal((await get('/api/sites/acme/config', {origin: 'https://evil.example'})).status, 403);
    t.equal((await get('/api/sites/acme/config', {origin: 'https://acme.example'})).status, 200);
    const unknown = await get('/api/sites/nobody/config');
    t.same([unknown.status, unknown.body['code']], [404, 'unknown_site']);
    t.equal(
      (await get('/api/sites/acme/config?other=1')).status,
      200,
      'what is no question of ours',
    );
    t.equal((await get('/api/sites/ACME!/config')).status, 404);
  });

  await t.test('apply a limit that the site has lowered to uploads', async (t) => {
    const {uuid, token} = await Visitor.arrive(server.url, 'acme');
    const visitor = new Visitor(server.url, uuid, token);
    await visitor.consent({personal_data: true});

    t.equal((await visitor.upload(makePdf(1_000_000))).status, 201);
    t.equal((await visitor.upload(makePdf(1_000_001))).status, 413);
    t.equal((await visitor.upload(makePdf())).status, 201);
    t.equal((await visitor.upload(makePdf())).status, 409);
  });
});

/** Returns the public settings of a new site. */
const readConfigOf = async (
  server: TestServer,
  key: string,
  {notifyEmail = null, settings = {}}: {notifyEmail?: string | null; settings?: SiteSettings} = {},
) => {
  await saveSite(server.sql, {key, name: key, allowedOrigins: [], notifyEmail, settings});
  return request<SiteConfig>(server.url, 'GET', `/api/sites/${key}/config`);
};

void t.test('visitors can ask if a responder or a person can reply', async (t) => {
  const server = await startServer(t);
  const notifyEmail = 'owner@acme.example';
  const responder = {kind: 'openai', url: 'https://models.example/v1', model: 'm'} as const;
  const canAsk = async (key: string, site?: Parameters<typeof readConfigOf>[2]) =>
    (await readConfigOf(server, key, site)).body.can_ask;

  t.equal(await canAsk('nobody'), false);
  t.equal(await canAsk('person', {notifyEmail}), true);
  t.equal(await canAsk('model', {settings: {responder}}), true);
  t.equal(await canAsk('declined', {settings: {responder: {kind: 'none'}}}), false);
  t.equal(await canAsk('unusable', {settings: {responder: {kind: 'openai'}}}), false);
  const spent = {responder, responder_turns_per_day: 0};
  t.equal(await canAsk('spent', {settings: spent}), false);
  t.equal(await canAsk('spent-person', {settings: spent, notifyEmail}), true);
  const demo = await request<SiteConfig>(server.url, 'GET', '/api/sites/demo/config');
  t.equal(demo.body.can_ask, true);
});

void t.test('the server’s responder replies on sites without a responder', async (t) => {
  const server = await startServer(t, {
    settings: {
      RESPONDER: 'openai',
      RESPONDER_URL: 'https://models.example/v1',
      RESPONDER_MODEL: 'm',
    },
  });
  const canAsk = async (key: string, settings: SiteSettings = {}) =>
    (await readConfigOf(server, key, {settings})).body.can_ask;

  t.equal(await canAsk('default'), true);
  t.equal(await canAsk('same', {responder: {kind: 'openai'}}), true);
  t.equal(await canAsk('declined', {responder: {kind: 'none'}}), false);
});

void t.test('the ETag changes when visitors can no longer ask', async (t) => {
  const server = await startServer(t);
  const first = await readConfigOf(server, 'acme', {notifyEmail: 'owner@acme.example'});
  const beside = await startServer(t, {beside: server});
  const second = await readConfigOf(beside, 'acme');

  t.same([first.body.can_ask, second.body.can_ask], [true, false]);
  t.not(first.headers.get('etag'), second.headers.get('etag'));
});
