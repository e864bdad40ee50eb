import {randomUUID} from 'node:crypto';

import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {createLead, insertLeads, listLeads} from './lead-helpers.js';
import {OwnerClient} from './owner-client.js';
import {startServer} from './start-server.js';

t.test('many leads', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const agent = await OwnerClient.create(server, {roles: {demo: 'agent', workshop: 'agent'}});
  await insertLeads(server, 30);
  await insertLeads(server, 5, {site: 'workshop'});
  const change = (client: OwnerClient, json: object) =>
    client.call<ErrorBody & {changed: number}>('POST', '/api/owner/leads/bulk', {json});
  const countDone = async () => (await server.sql`select from leads where status = 'done'`).length;
  const uuids = (await listLeads(owner)).map(({uuid}) => uuid);

  await t.test('are marked by their UUIDs', async (t) => {
    const some = uuids.slice(0, 3);
    const done = await change(agent, {action: 'done', uuids: some, expect: 3});
    t.match(done, {status: 200, body: {changed: 3}});
    const again = await change(agent, {action: 'done', uuids: uuids.slice(0, 5), expect: 5});
    t.match(again, {status: 200, body: {changed: 2}}, 'counts only what has changed');
    t.equal(await countDone(), 5);
    const rows = await server.sql`
      select from audit_logs where event_type = 'lead_status_changed'
        and metadata->>'account' = ${agent.accountId}`;
    t.equal(rows.length, 5);
  });

  await t.test('are marked by a filter', async (t) => {
    const filter = {site: 'demo', view: 'done'};
    t.match(await change(owner, {action: 'open', filter, expect: 5}), {body: {changed: 5}});
    t.equal(await countDone(), 0);
    const search = {view: 'all', q: 'visitor7@example.com'};
    t.match(await change(owner, {action: 'done', filter: search, expect: 1}), {status: 200});
    t.equal(await countDone(), 1);
  });

  await t.test('are not changed if their number differs', async (t) => {
    const filter = {site: 'demo', view: 'unconfirmed'};
    for (const json of [
      {action: 'erase', filter, expect: 28},
      {action: 'done', filter, expect: 30},
      {action: 'done', uuids: [...uuids.slice(0, 2), randomUUID()], expect: 3},
    ])
      t.match(await change(owner, json), {status: 409, body: {code: 'selection_changed'}});
    t.equal(await countDone(), 1);
    t.equal((await listLeads(owner)).length, 30);
  });

  await t.test('of another site are unknown', async (t) => {
    const [foreign] = await server.sql<{uuid: string}[]>`
      select session_uuid as uuid from leads where site_key = 'workshop' limit 1`;
    const json = {action: 'erase', uuids: [uuids[0], foreign?.uuid], expect: 2};
    const refused = await change(owner, json);
    t.match(refused, {status: 409, body: {code: 'selection_changed'}});
    t.match(await change(owner, {...json, uuids: [uuids[0], randomUUID()]}), {
      status: 409,
      body: {message: refused.body.message},
    });
    t.match(await change(owner, {action: 'done', filter: {site: 'workshop'}, expect: 5}), {
      status: 404,
    });
  });

  await t.test('are erased only by owners', async (t) => {
    const filter = {q: 'visitor1', view: 'unconfirmed'};
    const json = {action: 'erase', filter: {...filter, site: 'demo'}, expect: 11};
    t.match(await change(agent, json), {status: 403, body: {code: 'role_required'}});
    const partly = await OwnerClient.create(server, {roles: {demo: 'owner', workshop: 'agent'}});
    t.match(await change(partly, {action: 'erase', filter, expect: 12}), {status: 403});
    t.equal((await listLeads(agent)).length, 35);

    t.match(await change(owner, json), {status: 200, body: {changed: 11}});
    t.equal((await listLeads(owner)).length, 19);
    const rows = await server.sql`
      select from audit_logs where event_type = 'session_erased'
        and metadata->>'account' = ${owner.accountId}`;
    t.equal(rows.length, 11);
  });

  await t.test('are selected in one way, and not more than a thousand', async (t) => {
    const given = [
      {action: 'done', expect: 1},
      {action: 'done', expect: 1, filter: {}, uuids},
      {action: 'done', expect: 0, uuids: []},
      {action: 'done', expect: 1_001, filter: {}},
      {action: 'delete', expect: 1, filter: {}},
      {action: 'done', expect: 1, uuids: [uuids[0], uuids[0]]},
      {action: 'done', expect: 1, uuids: Array.from({length: 1_001}, () => randomUUID())},
    ];
    for (const json of given)
      t.match(await change(owner, json), {status: 400, body: {code: 'invalid_request'}});
  });
});

t.test('leads that arrive meanwhile are not erased', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  await insertLeads(server, 40);
  const erase = (expect: number) =>
    owner.call('POST', '/api/owner/leads/bulk', {
      json: {action: 'erase', filter: {view: 'all'}, expect},
    });

  const [erased, arrived] = await Promise.all([
    erase(40),
    createLead(server, {email: 'new@example.com'}),
  ]);

  const left = (await listLeads(owner)).map(({uuid}) => uuid);
  if (erased.status === 200) t.same(left, [arrived.uuid]);
  else {
    t.equal(erased.status, 409);
    t.equal(left.length, 41);
  }
});

t.test('an erasure that fails for a lead leaves the others erased', async (t) => {
  const server = await startServer(t);
  const {sql} = server;
  const owner = await OwnerClient.create(server);
  await insertLeads(server, 10);
  const [stuck, conflicting] = await listLeads(owner);
  // Sequences are not rolled back: the second attempt of the conflicting lead succeeds.
  await sql.unsafe(`
    create sequence attempts;
    create function fail() returns trigger language plpgsql as $$
    begin
      if old.session_uuid = '${stuck?.uuid}' then raise exception 'stuck'; end if;
      if old.session_uuid = '${conflicting?.uuid}' and nextval('attempts') = 1 then
        raise exception 'conflict' using errcode = 'serialization_failure';
      end if;
      return old;
    end $$;
    create trigger failing before delete on leads for each row execute function fail();`);
  const erase = (expect: number) =>
    owner.call('POST', '/api/owner/leads/bulk', {
      json: {action: 'erase', filter: {view: 'all'}, expect},
    });

  t.match(await erase(10), {status: 200, body: {changed: 9}});
  t.same(
    (await listLeads(owner)).map(({uuid}) => uuid),
    [stuck?.uuid],
  );
  t.equal((await erase(1)).status, 500, 'nothing was erased');
});
