import {createHash, randomUUID} from 'node:crypto';

import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import type {LeadTrail} from '../contract/owner-lead-trail.js';
import type {CorrectedLead, LeadConsents, LeadMessages, LeadPage} from '../contract/owner-lead.js';
import {Reaper} from '../cleanup/reaper.js';
import {countMailsTo, resetMailLimits} from './contact-helpers.js';
import {columnsWith} from './data-traces.js';
import {confirm, createLead, listLeads, writeMessage} from './lead-helpers.js';
import {listKeys} from './list-keys.js';
import {TO_ADDRESS_PER_HOUR} from '../mail/limits.js';
import {OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import {parseSession, readZip} from './read-zip.js';
import {callSuccessfully} from './retry-while-busy.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';

const toPath = (uuid: string, more = '') => `/api/owner/leads/${uuid}${more}`;

const getAudit = async ({sql}: TestServer, uuid: string, event: string) =>
  [
    ...(await sql<{metadata: object}[]>`
      select metadata from audit_logs where user_uuid = ${uuid} and event_type = ${event}
      order by id`),
  ].map(({metadata}) => metadata);

t.test('one lead', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server, {name: 'Olga'});
  const agent = await OwnerClient.create(server, {roles: {demo: 'agent'}, name: 'Ben'});
  const visitor = await createLead(server, {
    site: 'questions',
    name: 'Anna Beispiel',
    email: 'anna@example.com',
    fileName: 'report.pdf',
    message: 'Is the second page enough?',
    more: {locale: 'en', answers: {}},
  });
  await server.sql`
    insert into memberships (account_id, site_key, role, created_at)
    select id, 'questions', role, now() - interval '1 hour'
    from (values (${owner.accountId}::uuid, 'owner'), (${agent.accountId}::uuid, 'agent'))
      as given (id, role)`;
  await server.sql`
    insert into session_answers (session_uuid, field, kind, question, value, label, position)
    values (${visitor.uuid}, 'town', 'text', 'Where?', '"Bern"', 'Bern', 0)`;
  const by = (client: OwnerClient) => ({by: 'account', account: client.accountId});

  await t.test('has contact, consents, files and answers', async (t) => {
    const {status, body} = await agent.call<LeadPage>('GET', toPath(visitor.uuid));

    t.equal(status, 200);
    t.match(body, {
      lead: {
        uuid: visitor.uuid,
        site: 'questions',
        state: 'pending',
        name: 'Anna Beispiel',
        email: 'anna@example.com',
        pending_email: null,
        delayed: false,
        done_at: null,
      },
      consents: [
        {
          purpose: 'personal_data',
          granted: true,
          wording: 'May we use your data for personal_data?',
          sha256: /^[0-9a-f]{64}$/,
        },
      ],
      files: [{name: 'report.pdf', flags: [], message_id: null, downloads: 0}],
      answers: [{field: 'town', question: 'Where?', value: 'Bern', label: 'Bern'}],
    });
    t.equal(body.files[0]?.url, `/api/owner/files/${body.files[0]?.id}`);
    t.ok(Date.parse(body.lead.kept_until ?? '') > Date.now());
    t.notMatch(JSON.stringify(body), /ip_address|token/);
  });

  await t.test('is new until it is opened, which is audited once in half an hour', async (t) => {
    t.same(
      (await listLeads(owner)).map(({is_new}) => is_new),
      [false],
    );
    await Promise.all(Array.from({length: 5}, () => owner.call('GET', toPath(visitor.uuid))));
    await owner.call('GET', toPath(visitor.uuid, '/messages'));
    t.same(await getAudit(server, visitor.uuid, 'lead_viewed'), [by(agent), by(owner)]);
  });

  await t.test('has messages with their files', async (t) => {
    const {body: uploaded} = await visitor.upload(makePdf(), {name: 'second.pdf', key: 'second'});
    await callSuccessfully(() =>
      visitor.call('POST', '/api/messages', {
        json: {client_id: randomUUID(), body: 'Here it is', file_ids: [uploaded.file.id]},
      }),
    );
    const path = toPath(visitor.uuid, '/messages?limit=1');
    const first = (await agent.call<LeadMessages>('GET', path)).body;
    t.match(first.messages, [{role: 'visitor', body: 'Is the second page enough?', files: []}]);
    const second = (await agent.call<LeadMessages>('GET', `${path}&after=${first.next}`)).body;
    t.match(second.messages, [
      {body: 'Here it is', files: [{name: 'second.pdf', message_id: second.next}]},
    ]);
    t.equal(second.messages.length, 1);
  });

  await t.test('has a trail in which only owners see who acted', async (t) => {
    const read = async (client: OwnerClient) =>
      (await client.call<LeadTrail>('GET', toPath(visitor.uuid, '/trail'))).body;
    const {rows, next} = await read(owner);
    t.equal(next, null);
    t.match(
      rows.filter(({type}) => type === 'contact_given'),
      [{by: 'visitor', account: null}],
    );
    t.match(
      rows.filter(({type}) => type === 'lead_viewed'),
      [
        {by: 'account', account: {name: 'Ben', email: agent.email}, file: null, metadata: {}},
        {by: 'account', account: {id: owner.accountId, name: 'Olga'}},
      ],
    );
    t.match(
      rows.filter(({type}) => type === 'file_upload'),
      [{file: {name: 'report.pdf'}}, {file: {name: 'second.pdf'}}],
    );
    const seen = await read(agent);
    t.equal(seen.rows.length, rows.length);
    t.ok(seen.rows.every(({account}) => account === null));
    t.notMatch(JSON.stringify(seen), new RegExp(owner.accountId));
    const last = rows.at(-1)?.id ?? 0;
    const rest = await owner.call<LeadTrail>('GET', toPath(visitor.uuid, `/trail?after=${last}`));
    t.same(rest.body, {rows: [], next: null});
  });

  await t.test('is exported as its visitor exports it, without accounts', async (t) => {
    const response = await fetch(`${server.url}${toPath(visitor.uuid, '/export')}`, {
      headers: agent.headers,
    });
    t.equal(response.headers.get('content-type'), 'application/zip');
    t.match(response.headers.get('content-disposition'), visitor.uuid);
    const zip = readZip(Buffer.from(await response.arrayBuffer()));
    t.same([...zip.keys()], ['report.pdf', 'second.pdf', 'session.json']);
    const {audit_logs: rows} = parseSession(zip) as {
      audit_logs: {event_type: string; timestamp: string; metadata: object}[];
    };
    const views = rows.filter(({event_type}) => event_type === 'lead_viewed');
    t.same(
      views.map(({metadata}) => metadata),
      [{by: 'account'}, {by: 'account'}],
    );
    t.ok(views.every(({timestamp}) => Date.parse(timestamp) > 0));
    const own = await fetch(`${server.url}/api/session/export`, {headers: visitor.credentials});
    const text = readZip(Buffer.from(await own.arrayBuffer()))
      .get('session.json')
      ?.toString();
    t.match(text, /lead_viewed/);
    for (const client of [owner, agent]) t.notMatch(text, new RegExp(client.accountId));
    t.same(await getAudit(server, visitor.uuid, 'data_exported'), [by(agent), {by: 'visitor'}]);
  });

  await t.test('is marked as done by an agent, and opens with a new message', async (t) => {
    const path = toPath(visitor.uuid);
    const done = await agent.call<CorrectedLead>('PATCH', path, {json: {status: 'done'}});
    t.match(done, {status: 200, body: {lead: {status: 'done', done_at: /^2/}}});
    t.equal((await agent.call('PATCH', path, {json: {status: 'done'}})).status, 200);
    t.same(await getAudit(server, visitor.uuid, 'lead_status_changed'), [
      {status: 'done', ...by(agent)},
    ]);
    await writeMessage(visitor, 'One more thing');
    const {body} = await agent.call<LeadPage>('GET', path);
    t.match(body.lead, {status: 'open', done_at: null});
  });

  await t.test('is corrected by an owner', async (t) => {
    await resetMailLimits(server);
    const path = toPath(visitor.uuid);
    const json = {name: ' Anna  Muster ', email: 'new@example.com'};
    const refused = await agent.call<ErrorBody>('PATCH', path, {json});
    t.match(refused, {status: 403, body: {code: 'role_required'}});

    const {status, body} = await owner.call<CorrectedLead>('PATCH', path, {json});

    t.equal(status, 200);
    t.match(body.lead, {
      name: 'Anna Muster',
      email: 'anna@example.com',
      pending_email: 'new@example.com',
    });
    t.same(await getAudit(server, visitor.uuid, 'data_rectified'), [
      {fields: ['name', 'email'], ...by(owner)},
    ]);
    t.equal(await countMailsTo(server, 'new@example.com'), 1);
    await confirm(server, 'new@example.com');
    const {lead} = (await owner.call<LeadPage>('GET', path)).body;
    t.match(lead, {state: 'complete', email: 'new@example.com', pending_email: null});
  });

  await t.test('is corrected without a link if the e-mail address has had too many', async (t) => {
    await resetMailLimits(server);
    const {uuid} = await createLead(server, {site: 'questions', email: 'olga@example.com'});
    const change = async (email: string) => {
      const json = {email};
      const {body} = await owner.call<CorrectedLead>('PATCH', toPath(uuid), {json});
      return body.link_stopped;
    };
    const stopped: boolean[] = [];
    for (let i = 0; i <= TO_ADDRESS_PER_HOUR; i++) {
      stopped.push(await change('full@example.com'));
      await change(`other-${i}@example.com`);
    }

    t.same([stopped.at(0), stopped.at(-1)], [false, true]);
    await until(
      async () =>
        (await server.sql`select from alerts where cause = 'mail_limit_address'`).length === 1,
    );
    const {rows} = (await owner.call<LeadTrail>('GET', toPath(uuid, '/trail'))).body;
    t.ok(rows.some(({metadata}) => metadata['stopped_by'] === 'address'));
    await resetMailLimits(server);
  });

  await t.test('is not corrected with what is no name, e-mail address or status', async (t) => {
    const given: [object, number, string][] = [
      [{email: 'nobody'}, 422, 'invalid_email'],
      [{name: '…'}, 422, 'invalid_name'],
      [{}, 400, 'invalid_request'],
      [{status: 'waiting'}, 400, 'invalid_request'],
      [{ip_address: null}, 400, 'invalid_request'],
    ];
    for (const [json, status, code] of given)
      t.match(await owner.call('PATCH', toPath(visitor.uuid), {json}), {status, body: {code}});
  });
});

t.test('each consent says whether its wording is known', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const {uuid} = await createLead(server, {message: 'Hello'});
  await server.sql`delete from known_wordings`;
  const getKnown = async () => {
    const {body} = await owner.call<LeadPage>('GET', toPath(uuid));
    return body.consents.map(({known}) => known);
  };
  const add = (site: string, wording: string, values: object = {}) =>
    server.sql`insert into known_wordings ${server.sql({
      site_key: site,
      sha256: createHash('sha256').update(wording).digest(),
      purpose: 'personal_data',
      first_at: new Date('2026-01-01'),
      ...values,
    })}`;

  t.same(await getKnown(), ['unchecked'], 'no wording is known yet');
  await add('*', 'another text');
  t.same(await getKnown(), ['no']);
  await add('workshop', 'May we use your data for personal_data?');
  await add('demo', 'May we use your data for personal_data?', {purpose: 'ai_training'});
  t.same(await getKnown(), ['no'], 'a text of another site or purpose does not count');
  await add('demo', 'May we use …', {pattern: 'May we use your data for %?'});
  t.same(await getKnown(), ['yes'], 'a text with an answer of the visitor');
  await server.sql`delete from known_wordings where pattern is not null`;
  await add('*', 'May we use your data for personal_data?');
  t.same(await getKnown(), ['yes']);
  await server.sql`delete from known_wordings where site_key = '*'`;
  await server.sql`update known_wordings set first_at = now() + interval '1 day'`;
  t.same(await getKnown(), ['unchecked'], 'recorded before wordings were known');
});

t.test('a confirmation link is sent again', async (t) => {
  const server = await startServer(t);
  const agent = await OwnerClient.create(server, {roles: {demo: 'agent'}});
  const {uuid} = await createLead(server, {email: 'anna@example.com'});
  await resetMailLimits(server);
  const resend = () => agent.call('POST', toPath(uuid, '/verification'));

  t.match(await resend(), {status: 429}, 'at most one a minute');
  await server.sql`
    update email_verifications set created_at = created_at - interval '2 minutes'
    where session_uuid = ${uuid}`;
  t.match(await resend(), {status: 202, body: {delayed: false}});

  t.equal(await countMailsTo(server, 'anna@example.com'), 2);
  t.match((await getAudit(server, uuid, 'verification_sent')).at(-1), {
    by: 'account',
    account: agent.accountId,
  });
  const unknown = await createLead(server, {message: 'Hello'});
  const refused = await agent.call('POST', toPath(unknown.uuid, '/verification'));
  t.match(refused, {status: 404, body: {code: 'not_found', message: /no e-mail address/}});
});

t.test('an owner erases a lead', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const agent = await OwnerClient.create(server, {roles: {demo: 'agent'}});
  const name = 'Zora Zwiebelfisch';
  const visitor = await createLead(server, {
    name,
    email: 'zora@zwiebelfisch.example',
    message: 'Zwiebelfisch is my secret',
    fileName: 'zwiebelfisch.pdf',
  });
  const path = toPath(visitor.uuid);
  // An export that is not fetched, whose filter contains the name.
  const json = {filter: {q: name}, format: 'csv'};
  t.equal((await owner.call('POST', '/api/owner/exports', {json})).status, 201);
  await owner.call('GET', path);

  t.match(await agent.call('DELETE', path), {status: 403, body: {code: 'role_required'}});
  t.equal((await owner.call('DELETE', path)).status, 204);

  t.same(await columnsWith(server, ['zwiebelfisch']), []);
  await new Reaper({...server, log: server.app.log}).run();
  t.same(await listKeys(server.objects), []);
  t.same(await getAudit(server, visitor.uuid, 'session_erased'), [
    {by: 'account', account: owner.accountId},
  ]);
  t.equal((await visitor.session()).status, 410);
  t.same(await listLeads(owner), []);

  await t.test('of which the tombstone is left', async (t) => {
    for (const call of ['', '/messages', '/export']) {
      const {status, body} = await owner.call<ErrorBody>('GET', `${path}${call}`);
      t.match({status, body}, {status: 410, body: {code: 'erased', erasure: {by: 'account'}}});
      t.ok(Date.parse(body.erasure?.at ?? '') > 0);
    }
    t.equal((await owner.call('PATCH', path, {json: {status: 'done'}})).status, 410);
    t.equal((await owner.call('DELETE', path)).status, 204, 'a repeat succeeds');
  });

  await t.test('of which the consents and the trail stay as proof', async (t) => {
    const {body: proof} = await agent.call<LeadConsents>('GET', `${path}/consents`);
    t.match(proof.consents, [{purpose: 'personal_data', granted: true, sha256: /^[0-9a-f]{64}$/}]);
    const {body: trail} = await owner.call<LeadTrail>('GET', `${path}/trail`);
    t.match(trail.rows.at(-1), {type: 'session_erased', account: {id: owner.accountId}});
    t.notMatch(JSON.stringify([proof, trail]), /zwiebelfisch/i);
  });

  await t.test('whose visitor has no e-mail address', async (t) => {
    const unknown = await createLead(server, {message: 'Hello'});
    t.equal((await owner.call('DELETE', toPath(unknown.uuid))).status, 204);
    t.match(await owner.call('GET', toPath(unknown.uuid)), {
      status: 410,
      body: {erasure: {by: 'account'}},
    });
  });
});
