import {createHash} from 'node:crypto';

import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import type {Role} from '../contract/owner.js';
import type {OwnerSite, OwnerSites} from '../contract/owner-sites.js';
import {isWidgetBuilt, readProjectVersion} from '../http/assets.js';
import {listOrigins} from '../sites/seen-origins.js';
import {saveSite} from '../sites/store.js';
import {OwnerClient} from './owner-client.js';
import {addSite} from './session-helpers.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {request} from './visitor.js';

const SITES = '/api/owner/sites';

t.test('the sites of an account', async (t) => {
  const server = await startServer(t, {settings: {MAX_FILES: '2'}});
  await saveSite(server.sql, {
    key: 'acme',
    name: 'Acme <b>&',
    allowedOrigins: ['https://acme.example'],
    notifyEmail: 'notify@acme.example',
    settings: {
      max_files: 1,
      refuse_active_content: true,
      responder: {kind: 'openai', url: 'https://model.example/v1', model: 'm', key: 'KEY'},
      responder_instructions: 'INSTRUCTIONS',
    },
  });
  await addSite(server, 'gone', []);
  await server.sql`update sites set removed_at = now() where key = 'gone'`;
  const create = (role: Role) =>
    OwnerClient.create(server, {roles: {acme: role, demo: 'observer', gone: 'owner'}});
  const owner = await create('owner');
  const show = async (client = owner) =>
    (await client.call<OwnerSite>('GET', `${SITES}/acme`)).body;

  await t.test('are listed with their roles, without disabled and foreign ones', async (t) => {
    const {status, body} = await owner.call<OwnerSites>('GET', SITES);

    t.equal(status, 200);
    t.same(body.sites, [
      {key: 'acme', name: 'Acme <b>&', role: 'owner'},
      {key: 'demo', name: 'Demo', role: 'observer'},
    ]);
  });

  await t.test('have the code for their pages', async (t) => {
    const {install} = await show();
    const {publicUrl} = server.config;

    t.equal(
      install.script_tag,
      `<script src="${publicUrl}/maria-chat.js" data-site="acme" async></script>`,
    );
    t.match(install.element, `<maria-chat site="acme" api="${publicUrl}"></maria-chat>`);
    t.match(install.tag_manager, `${publicUrl}/maria-chat.js?site=acme`);
    t.equal(install.csp, `script-src ${publicUrl}; connect-src ${publicUrl}`);
  });

  await t.test(
    'have a tag for one release, with the digest of the served file',
    {skip: isWidgetBuilt ? false : 'the widget is not built'},
    async (t) => {
      const pinned = (await show()).install.pinned ?? '';
      const [, src = ''] = /src="([^"]+)"/.exec(pinned) ?? [];
      const file = Buffer.from(await (await fetch(src)).arrayBuffer());

      t.ok(src.endsWith(`/${readProjectVersion()}/maria-chat.js`));
      const digest = createHash('sha384').update(file).digest('base64');
      t.match(pinned, `integrity="sha384-${digest}"`);
    },
  );

  await t.test('have the limits and texts of visitors, and no secret', async (t) => {
    const site = await show();
    const {body} = await request(server.url, 'GET', '/api/sites/acme/config');

    t.same(site.config, body);
    t.match(site, {config: {limits: {max_files: 1}}, refuse_active_content: true});
    t.same(site.allowed_origins, ['https://acme.example']);
    t.notMatch(JSON.stringify(site), /KEY|INSTRUCTIONS|notify@|model\.example/);
  });

  await t.test('have the origins that loaded the chat or were refused', async (t) => {
    for (const origin of ['https://acme.example', 'https://shop.example'])
      await request(server.url, 'GET', '/api/sites/acme/config', {headers: {origin}});
    await until(async () => (await listOrigins(server.sql, 'acme')).length === 2);

    const {origins} = await show();
    t.same(origins.map(({origin, is_refused}) => [origin, is_refused]).sort(), [
      ['https://acme.example', false],
      ['https://shop.example', true],
    ]);
  });

  await t.test(
    'were opened once a visitor has come, whether or not an origin is kept',
    async (t) => {
      t.equal((await show()).was_opened, false);
      await server.sql`
      insert into funnel_daily (site_key, day, counter, count)
      values ('acme', current_date - 200, 'opened', 1)`;

      t.equal((await show()).was_opened, true);
    },
  );

  await t.test('are shown to agents, and not to observers', async (t) => {
    t.match(await show(await create('agent')), {role: 'agent', key: 'acme'});
    const observer = await (await create('observer')).call('GET', `${SITES}/acme`);
    t.match(observer, {status: 403, body: {code: 'role_required'}});
  });

  for (const key of ['none', 'gone', 'questions', 'A', '%00', '..%2Fdemo', 'a'.repeat(65)])
    await t.test(`with the key ${key.slice(0, 20)} do not exist for the account`, async (t) => {
      const {status, body} = await owner.call<ErrorBody>('GET', `${SITES}/${key}`);
      const unknown = await owner.call<ErrorBody>('GET', `${SITES}/unknown`);

      t.same([status, body.code], [404, 'not_found']);
      t.same({...body, request_id: ''}, {...unknown.body, request_id: ''});
    });
});
