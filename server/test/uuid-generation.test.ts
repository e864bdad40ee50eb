import t from 'tap';
import type {Test} from 'tap';
import {v4} from 'uuid';

import type {ErrorBody} from '../contract/common.js';
import type {GeneratedUuid} from '../contract/sessions.js';
import type {SiteConfig} from '../contract/sites.js';
import {saveSite} from '../sites/store.js';
import {addSite, getAuditRows, generateUuid, getVisitState} from './session-helpers.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {request} from './visitor.js';

void t.test('generate-uuid', async (t) => {
  await t.test('returns a UUID and a token, and writes two audit rows and no visit', async (t) => {
    const server = await startServer(t);

    const {status, body} = await request<GeneratedUuid>(
      server.url,
      'POST',
      '/api/session/generate-uuid',
    );

    t.equal(status, 200);
    t.match(body, {status: 'success', uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/});
    t.equal((await getAuditRows(server, body.uuid, 'uuid_generation_attempt')).length, 1);
    t.equal((await getAuditRows(server, body.uuid, 'uuid_generated')).length, 1);
    t.equal(await getVisitState(server, body.uuid), undefined);
  });

  const withKnown = async (t: Test, known: number) => {
    const uuids = [v4(), v4(), v4()];
    const server = await startServer(t, {deps: {newUuid: () => uuids.shift() ?? v4()}});
    for (const uuid of uuids.slice(0, known)) {
      await server.sql`
        insert into visits (uuid, site_key, token_hash)
        values (${uuid}, 'demo', sha256('x'::bytea))`;
    }
    return {server, last: uuids[2]};
  };

  await t.test('skips two UUIDs that are in use', async (t) => {
    const {server, last} = await withKnown(t, 2);

    const {status, body} = await generateUuid(server.url);

    t.equal(status, 200);
    t.equal(body.uuid, last);
  });

  await t.test('fails with 500 and an audit row after three UUIDs in use', async (t) => {
    const {server} = await withKnown(t, 3);

    const {status, body} = await generateUuid(server.url);

    t.equal(status, 500);
    const {request_id: _, ...rest} = body;
    t.same(rest, {
      status: 'error',
      code: 'uuid_generation_failed',
      message: 'Failed to generate a unique UUID after multiple attempts',
      uuid: null,
    });
    const rows = await server.sql`
      select from audit_logs where event_type = 'uuid_generation_failed'`;
    t.equal(rows.length, 1);
    await until(async () => (await server.sql`select from jobs`).length === 1);
    server.sender.wake();
    t.match((await server.mailbox.waitFor('operator@example.com')).text, /uuid_generation_failed/);
  });
});

void t.test('the settings of a site with a new UUID', async (t) => {
  const server = await startServer(t);
  const own = 'https://acme.example';
  await saveSite(server.sql, {
    key: 'acme',
    name: 'Acme',
    allowedOrigins: [own],
    notifyEmail: null,
    settings: {
      max_files: 2,
      privacy_url: 'https://acme.example/privacy',
      conversation: {version: 1, steps: [{id: 'end', type: 'end', outcome: 'complete'}]},
    },
  });
  await addSite(server, 'other', ['https://other.example']);
  const generate = (query: string, {site = 'acme', headers = {}} = {}) =>
    request<GeneratedUuid & Pick<ErrorBody, 'code'>>(
      server.url,
      'POST',
      `/api/session/generate-uuid${query}`,
      {
        json: {site},
        headers,
      },
    );

  await t.test('are those that a separate call returns', async (t) => {
    for (const site of ['acme', 'other', 'demo']) {
      const {status, body} = await generate('?config_locale=pt-BR', {site});
      const separate = await request<SiteConfig>(
        server.url,
        'GET',
        `/api/sites/${site}/config?locale=pt-BR`,
      );

      t.equal(status, 200);
      t.match(body, {status: 'success', uuid: /^[0-9a-f-]{36}$/, token: /./});
      t.same(body.config, separate.body);
    }
  });

  await t.test('are returned for the demo site to a call without a body', async (t) => {
    const {status, body} = await request<GeneratedUuid>(
      server.url,
      'POST',
      '/api/session/generate-uuid?config_locale=de',
    );

    t.equal(status, 200);
    t.equal(body.config?.site, 'demo');
  });

  await t.test('are not returned to a call that does not ask for them', async (t) => {
    for (const query of ['', '?locale=de', '?x=1'])
      t.same(Object.keys((await generate(query)).body), ['status', 'uuid', 'token', 'message']);
  });

  await t.test('have the rule for languages of the separate call', async (t) => {
    for (const locale of ['', 'd', 'de_DE', 'de!', 'a'.repeat(100), 'de&config_locale=fr']) {
      const {status, body} = await generate(`?config_locale=${locale}`);
      const separate = await request(
        server.url,
        'GET',
        `/api/sites/acme/config?locale=${locale.replace('config_', '')}`,
      );

      t.same([status, body.code], [400, 'invalid_request'], locale);
      t.equal(separate.status, 400, locale);
    }
    t.equal((await generate('?config_locale=xx-XXXX')).status, 200, 'a language without texts');
  });

  await t.test('are refused to other pages, and not found for unknown keys', async (t) => {
    const query = '?config_locale=de';
    const foreign = await generate(query, {headers: {origin: 'https://evil.example'}});
    const unknown = await generate(query, {site: 'nobody'});

    t.equal((await generate(query, {headers: {origin: own}})).status, 200);
    t.same([foreign.status, foreign.body.code], [403, 'origin_not_allowed']);
    t.same([unknown.status, unknown.body.code], [404, 'unknown_site']);
    t.notOk('config' in foreign.body || 'config' in unknown.body);
  });

  await t.test('are not accepted as a key of the body, as in earlier releases', async (t) => {
    const {status} = await generateUuid(server.url, {site: 'acme', config_locale: 'de'});
    t.equal(status, 400);
  });
});
