import {randomUUID} from 'node:crypto';

import postgres from 'postgres';
import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import type {Account, Role} from '../contract/owner.js';
import type {People, Person} from '../contract/owner-people.js';
import {MAX_INVITATIONS_PER_DAY, MAX_PEOPLE_PER_SITE} from '../contract/owner-people.js';
import type {Sql} from '../database/sql.js';
import {OwnerClient} from './owner-client.js';
import {addSite} from './session-helpers.js';
import {callSignIn, readToken, signInWith} from './sign-in-helpers.js';
import {startServer} from './start-server.js';

const pathOf = (site: string) => `/api/owner/sites/${site}/people`;

t.test('the people of a site', async (t) => {
  const server = await startServer(t);
  /** Returns the owner of a new site. */
  const createOwner = async () => {
    const site = `site-${randomUUID().slice(0, 8)}`;
    await addSite(server, site, []);
    const owner = await OwnerClient.create(server, {name: 'Olga', roles: {[site]: 'owner'}});
    const people = pathOf(site);
    return {
      ...{site, owner, people},
      list: async (client = owner) => (await client.call<People>('GET', people)).body.people,
      invite: (email: string, role: Role = 'agent', client = owner) =>
        client.call<Person & Pick<ErrorBody, 'code'>>('POST', people, {json: {email, role}}),
      change: (id: string, role: Role, client = owner) =>
        client.call<Person & Pick<ErrorBody, 'code'>>('PATCH', `${people}/${id}`, {json: {role}}),
      remove: (id: string, client = owner) => client.call<ErrorBody>('DELETE', `${people}/${id}`),
      join: (role: Role) => OwnerClient.create(server, {name: 'Anna', roles: {[site]: role}}),
    };
  };
  const newEmail = () => `${randomUUID()}@example.com`;
  const getTrail = async (site: string, event: string) => {
    const rows = await server.sql<{metadata: Record<string, unknown>}[]>`
      select metadata from audit_logs where site_key = ${site} and event_type = ${event}`;
    return rows.map(({metadata}) => metadata);
  };

  await t.test('are listed with their roles and when they were last seen', async (t) => {
    const {owner, list, join} = await createOwner();
    const agent = await join('agent');

    const found = await list();
    t.match(found, [
      {id: agent.accountId, email: agent.email, name: 'Anna', role: 'agent', is_you: false},
      {id: owner.accountId, name: 'Olga', role: 'owner', is_you: true, invitation: null},
    ]);
    t.ok(found.every(({last_seen_at: seen}) => seen !== null));
  });

  await t.test('with an account are like unknown people until they sign in or act', async (t) => {
    const [first, second] = [await createOwner(), await createOwner()];
    const agent = await first.join('agent');
    await second.invite(agent.email);
    const find = async () => (await second.list()).find(({id}) => id === agent.accountId);

    const isInvited = {name: null, status: 'invited', last_seen_at: null};
    t.match(await find(), isInvited);
    await agent.call('GET', '/api/owner/account');
    t.match(await find(), isInvited, 'also if a session gets the site');
    await agent.signInAgain(server.sql);
    t.match(await find(), {name: 'Anna', status: 'member', last_seen_at: String});

    const third = await createOwner();
    await third.invite(agent.email, 'owner');
    await third.invite(newEmail(), 'agent', agent);
    t.match(
      (await third.list()).find(({id}) => id === agent.accountId),
      {name: 'Anna', status: 'member'},
    );
  });

  await t.test('are invited by e-mail, with a link to copy', async (t) => {
    const {site, owner, list, invite} = await createOwner();
    const email = newEmail();
    const {status, body} = await invite(`  ${email} `, 'observer');

    t.equal(status, 201);
    t.match(body, {email, name: null, role: 'observer', status: 'invited', is_you: false});
    const url = body.invitation?.url ?? '';
    t.ok(url.startsWith(`${server.config.publicUrl}/console/`));
    const {text = ''} = await server.mailbox.waitFor(email);
    t.not(readToken(text), readToken(url), 'which is not the one in the e-mail');
    for (const token of [readToken(text), readToken(url)])
      t.equal((await callSignIn(server, 'link/look', {token})).status, 200);
    t.same((await list()).at(-1), body);
    t.match(await getTrail(site, 'account_invited'), [{account: owner.accountId}]);
  });

  await t.test('who have an account get the link only by e-mail', async (t) => {
    const [first, second] = [await createOwner(), await createOwner()];
    const known = await first.join('agent');
    const invited = newEmail();
    await first.invite(invited);

    for (const email of [known.email, known.email.toUpperCase(), invited]) {
      const {status, body} = await second.invite(email);
      t.equal(status, 201);
      t.equal(body.invitation?.url, null);
    }
    t.ok((await second.list()).every(({invitation}) => !invitation?.url));
  });

  await t.test('keep their sessions and links at other sites, whatever a site does', async (t) => {
    const [first, second] = [await createOwner(), await createOwner()];
    const agent = await first.join('agent');
    await callSignIn(server, 'link', {email: agent.email});
    const {id} = (await second.invite(agent.email, 'owner')).body;
    await second.change(id, 'observer');
    await second.change(id, 'agent');
    await second.remove(id);
    await second.invite(agent.email);

    t.same(
      (await agent.call<Account>('GET', '/api/owner/account')).body.sites
        .map(({key}) => key)
        .sort(),
      [first.site, second.site].sort(),
    );
    const {text} = await server.mailbox.waitFor(agent.email);
    const again = await signInWith(server, readToken(text));
    t.equal((await again.call<Account>('GET', '/api/owner/account')).body.sites.length, 2);
    await second.change(id, 'observer');
    t.equal((await again.call('GET', '/api/owner/account')).status, 401);
    t.equal((await agent.call('GET', '/api/owner/account')).status, 200);
  });

  await t.test('keep their sessions with a higher role', async (t) => {
    const {site, change, join} = await createOwner();
    const agent = await join('observer');
    await change(agent.accountId, 'agent');

    t.match((await agent.call<Account>('GET', '/api/owner/account')).body.sites, [
      {key: site, role: 'agent'},
    ]);
  });

  await t.test('can sign in, however often they are invited', async (t) => {
    const {join} = await createOwner();
    const agent = await join('agent');
    const second = await createOwner();
    for (let i = 0; i < 6; i++) t.equal((await second.invite(agent.email)).status, 201);
    await callSignIn(server, 'link', {email: agent.email});
    const mails = await server.sql`
      select from jobs where payload->>'template' = 'sign_in' and payload->>'link_id' in (
        select id::text from sign_in_links where account_id = ${agent.accountId})`;

    t.equal(mails.length, 1);
  });

  await t.test('get a new link when they are invited again', async (t) => {
    const {list, invite} = await createOwner();
    const email = newEmail();
    const first = await invite(email);
    const second = await invite(email, 'observer');

    t.not(second.body.invitation?.url, first.body.invitation?.url);
    t.match((await list()).at(-1), {role: 'observer', invitation: second.body.invitation});
  });

  await t.test('are not invited again once they have signed in', async (t) => {
    const {site, list, invite, join} = await createOwner();
    const agent = await join('agent');
    const before = await list();

    for (const email of [agent.email, agent.email.toUpperCase()]) {
      const {status, body} = await invite(email, 'observer');
      t.same([status, body.code], [409, 'already_member']);
    }
    t.same(await list(), before);
    t.equal((await agent.call('GET', '/api/owner/account')).status, 200);
    t.same(await getTrail(site, 'account_invited'), []);
  });

  await t.test('lose their sessions with a lower role', async (t) => {
    const {site, change, join} = await createOwner();
    const agent = await join('agent');
    const {status, body} = await change(agent.accountId, 'observer');

    t.equal(status, 200);
    t.match(body, {id: agent.accountId, role: 'observer'});
    t.match(await agent.call('GET', '/api/owner/account'), {status: 401});
    const again = await agent.signInAgain(server.sql);
    const {sites} = (await again.call<Account>('GET', '/api/owner/account')).body;
    t.match(sites, [{key: site, role: 'observer'}]);
    t.match(await getTrail(site, 'role_changed'), [{before: 'agent', role: 'observer'}]);
  });

  await t.test('keep their sessions if the role is the same', async (t) => {
    const {site, change, join} = await createOwner();
    const agent = await join('agent');

    t.equal((await change(agent.accountId, 'agent')).status, 200);
    t.equal((await agent.call('GET', '/api/owner/account')).status, 200);
    t.same(await getTrail(site, 'role_changed'), []);
  });

  await t.test('are removed with their access at once, and invitations withdrawn', async (t) => {
    const {site, list, invite, remove, join} = await createOwner();
    const agent = await join('agent');
    const {body: invited} = await invite(newEmail());
    for (const id of [agent.accountId, invited.id]) t.equal((await remove(id)).status, 204);

    t.equal((await list()).length, 1);
    t.match(await agent.call('GET', '/api/owner/account'), {status: 401});
    t.equal((await remove(agent.accountId)).status, 404);
    const trail = await getTrail(site, 'role_changed');
    t.match(trail, [
      {changed: agent.accountId, before: 'agent', role: null},
      {changed: invited.id, role: null},
    ]);
  });

  await t.test('always have an owner', async (t) => {
    const {owner, change, remove, list} = await createOwner();
    for (const {status, body} of [
      await change(owner.accountId, 'agent'),
      await remove(owner.accountId),
    ])
      t.same([status, body.code], [409, 'last_owner']);
    t.match(await list(), [{role: 'owner'}]);
  });

  await t.test('keep an owner if two remove each other at once', async (t) => {
    for (let i = 0; i < 5; i++) {
      const {owner, change, remove, join, list} = await createOwner();
      const other = await join('owner');
      const [left, right] = [owner.accountId, other.accountId];
      const statuses = (
        await Promise.all([
          i % 2 ? remove(right) : change(right, 'agent'),
          i % 2 ? remove(left, other) : change(left, 'observer', other),
        ])
      ).map(({status}) => status);

      t.equal(statuses.filter((status) => status < 300).length, 1, statuses.join());
      const kept = (statuses[0] ?? 0) < 300 ? owner : other;
      const again = await kept.signInAgain(server.sql);
      t.equal((await list(again)).filter(({role}) => role === 'owner').length, 1);
    }
  });

  await t.test('are for owners only', async (t) => {
    const {owner, join, list, invite, change, remove, site} = await createOwner();
    for (const role of ['agent', 'observer'] as Role[]) {
      const client = await join(role);
      for (const answer of [
        await client.call('GET', pathOf(site)),
        await invite(newEmail(), 'owner', client),
        await change(client.accountId, 'owner', client),
        await remove(owner.accountId, client),
      ])
        t.match(answer, {status: 403, body: {code: 'role_required'}});
    }
    t.equal((await list()).length, 3);
  });

  await t.test('of another site are treated like unknown ones', async (t) => {
    const [first, second] = [await createOwner(), await createOwner()];
    const ids = [second.owner.accountId, randomUUID(), 'me', '%00', "'"];
    for (const id of ids)
      for (const answer of [await first.change(id, 'agent'), await first.remove(id)])
        t.match(answer, {status: 404, body: {code: 'not_found'}}, id);
    t.equal((await second.list()).length, 1);
  });

  for (const email of [
    '',
    'eve',
    'a@b.c, d@e.f',
    'eve@example.com\r\nBcc: a@b.example',
    '<eve@a.b>',
  ])
    await t.test(`are not invited by ${JSON.stringify(email)}`, async (t) => {
      const {invite, list} = await createOwner();
      const {status} = await invite(email);

      t.ok([400, 422].includes(status), String(status));
      t.equal((await list()).length, 1);
    });

  await t.test('are listed with as many statements as one person', async (t) => {
    const statements: string[] = [];
    const sql = postgres(server.config.databaseUrl ?? '', {
      debug: (_connection, statement) => statements.push(statement),
    });
    t.teardown(() => sql.end());
    const watched = await startServer(t, {beside: server, deps: {sql: sql as unknown as Sql}});
    await watched.sender.stop();
    const {owner, list, invite} = await createOwner();
    const count = async () => {
      statements.length = 0;
      const people = await list(owner.at(watched.url));
      const own = statements.filter((text) => /memberships|sign_in_links/.test(text));
      return {people: people.length, statements: own.length};
    };
    await count();
    const before = await count();
    for (let i = 0; i < 3; i++) await invite(newEmail());

    t.ok(before.statements > 0);
    t.same(await count(), {people: 4, statements: before.statements});
  });

  await t.test('are limited in number', async (t) => {
    const {site, invite, remove} = await createOwner();
    const member = newEmail();
    await invite(member);
    await server.sql`
      with added as (
        insert into accounts (id, email)
        select gen_random_uuid(), ${site} || n || '@example.com'
        from generate_series(1, ${MAX_PEOPLE_PER_SITE - 2}::int) n returning id)
      insert into memberships (account_id, site_key, role) select id, ${site}, 'agent' from added`;

    const refused = await invite(newEmail());
    t.same([refused.status, refused.body.code], [409, 'too_many_people']);
    const again = await invite(member);
    t.equal(again.status, 201);
    await remove(again.body.id);
    t.equal((await invite(newEmail())).status, 201);
  });

  await t.test(
    'get a limited number of invitations a day, also if they are withdrawn',
    async (t) => {
      const {invite, remove} = await createOwner();
      for (let i = 0; i < MAX_INVITATIONS_PER_DAY; i++)
        await remove((await invite(newEmail())).body.id);

      const {status, body, headers} = await invite(newEmail());
      t.same([status, body.code], [429, 'rate_limited']);
      t.ok(Number(headers.get('retry-after')) > 0);
    },
  );
});
