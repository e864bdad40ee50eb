import {randomUUID} from 'node:crypto';

import t from 'tap';

import {Expiry} from '../cleanup/expiry.js';
import type {ErrorBody} from '../contract/common.js';
import type {CreatedExport} from '../contract/owner-exports.js';
import {createLead, insertLeads, listLeads} from './lead-helpers.js';
import {OwnerClient} from './owner-client.js';
import {parseSession, readZip} from './read-zip.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {PATIENT, createSlowStore} from './slow-store.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';

const EXPORTS = '/api/owner/exports';

const prepareChoice = (client: OwnerClient, json: object) =>
  client.call<CreatedExport & ErrorBody>('POST', EXPORTS, {json});

const prepare = (client: OwnerClient, filter: object, format = 'csv') =>
  prepareChoice(client, {filter, format});

const fetchPrepared = (client: OwnerClient, {url}: CreatedExport) =>
  fetch(`${client.url}${url}`, {headers: client.headers});

/** Prepares and fetches an export. */
const fetchExport = async (client: OwnerClient, filter: object, format = 'csv') =>
  fetchPrepared(client, (await prepare(client, filter, format)).body);

const readLines = async (response: Response): Promise<string[]> =>
  (await response.text()).split(/\r?\n/).filter((line) => line !== '');

t.test('an export of leads', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const anna = await createLead(server, {
    name: 'Anna',
    email: 'anna@example.com',
    isConfirmed: true,
    fileName: 'report.pdf',
  });
  const formula = await createLead(server, {name: '=1+1 "quoted"', email: 'olga@example.com'});
  const foreign = await createLead(server, {
    site: 'workshop',
    name: 'Foreign',
    email: 'foreign@example.com',
  });
  await server.sql`
    insert into session_answers (session_uuid, field, kind, question, value, label, position)
    values (${anna.uuid}, 'town', 'text', 'Where?', '"@Bern"', '@Bern', 0),
           (${anna.uuid}, 'years', 'number', 'How long?', '-3', '-3', 1)`;

  await t.test('as CSV has a row for each lead and a column for each answer', async (t) => {
    const response = await fetchExport(owner, {view: 'all'});

    t.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8');
    t.match(response.headers.get('content-disposition'), /^attachment; filename="leads-.*\.csv"/);
    const [header, ...rows] = await readLines(response);
    t.equal(
      header,
      'uuid,site,state,status,name,email,locale,ai_training,files,messages,created_at,completed_at,last_activity_at,personal_data_agreed_at,ai_training_agreed_at,ai_answers_agreed_at,answers.town,answers.years',
    );
    t.equal(rows.length, 2);
    t.match(rows[0], new RegExp(`^${formula.uuid},demo,pending,open,"'=1\\+1 ""quoted""",olga@`));
    t.match(rows[1], new RegExp(`^${anna.uuid},demo,complete,open,Anna,.*,'@Bern,-3$`));
  });

  await t.test('as CSV begins with the mark by which spreadsheets recognise UTF-8', async (t) => {
    const startOf = async (format: string) => {
      const response = await fetchExport(owner, {view: 'all'}, format);
      return Buffer.from(await response.arrayBuffer())
        .subarray(0, 7)
        .toString();
    };

    t.equal(await startOf('csv'), '\uFEFFuuid');
    t.match(await startOf('jsonl'), /^\{/);
  });

  await t.test('as JSON lines has an object for each lead', async (t) => {
    const response = await fetchExport(owner, {view: 'all'}, 'jsonl');

    const rows = (await readLines(response)).map((line) => JSON.parse(line) as object);
    t.match(rows, [
      {uuid: formula.uuid, name: '=1+1 "quoted"', answers: []},
      {
        uuid: anna.uuid,
        state: 'complete',
        ai_training: false,
        files: 1,
        answers: [
          {field: 'town', value: '@Bern'},
          {field: 'years', value: -3},
        ],
      },
    ]);
  });

  await t.test('has the times of the consents that still hold', async (t) => {
    const wording = 'May we?';
    await server.sql`
      insert into consents (session_uuid, purpose, decision, wording, wording_sha256, locale, recorded_at)
      select ${anna.uuid}, purpose, decision, ${wording}, sha256(convert_to(${wording}, 'UTF8')), 'en', at
      from (values ('ai_training', 'granted', '2026-10-01T08:00:00.120Z'::timestamptz),
                   ('ai_answers', 'granted', '2026-10-02T08:00:00Z'),
                   ('ai_answers', 'refused', '2026-10-03T08:00:00Z')) as given (purpose, decision, at)`;
    const [consent] = await server.sql<{at: Date}[]>`
      select recorded_at as at from consents
      where session_uuid = ${anna.uuid} and purpose = 'personal_data' order by id desc limit 1`;
    const [line = ''] = await readLines(await fetchExport(owner, {q: 'anna'}, 'jsonl'));
    t.match(JSON.parse(line), {
      personal_data_agreed_at: consent?.at.toISOString(),
      ai_training_agreed_at: '2026-10-01T08:00:00.120Z',
      ai_answers_agreed_at: null,
    });
  });

  await t.test('as ZIP has a folder for each lead, named after its reference', async (t) => {
    const response = await fetchExport(owner, {view: 'all'}, 'zip');

    t.equal(response.headers.get('content-type'), 'application/zip');
    const zip = readZip(Buffer.from(await response.arrayBuffer()));
    const [first, second] = [anna, formula].map(({uuid}) => uuid.slice(0, 8));
    t.same(
      [...zip.keys()].sort(),
      [`${first}/report.pdf`, `${first}/session.json`, `${second}/session.json`].sort(),
    );
    t.match(parseSession(zip, `${first}/`), {session: {email: 'anna@example.com'}});
  });

  await t.test('contains exactly what is filtered', async (t) => {
    for (const [filter, uuids] of [
      [{view: 'unconfirmed'}, [formula.uuid]],
      [{q: 'ANNA'}, [anna.uuid]],
      [{view: 'all', files: false}, [formula.uuid]],
      [{view: 'done'}, []],
    ] as const) {
      const [, ...rows] = await readLines(await fetchExport(owner, filter));
      t.same(
        rows.map((row) => row.slice(0, 36)),
        uuids,
        JSON.stringify(filter),
      );
    }
  });

  await t.test('contains exactly the chosen leads, without those of other sites', async (t) => {
    const uuids = [anna.uuid, foreign.uuid, randomUUID()];
    const {body} = await prepareChoice(owner, {uuids, format: 'csv'});
    const [, ...rows] = await readLines(await fetchPrepared(owner, body));
    t.same(
      rows.map((row) => row.slice(0, 36)),
      [anna.uuid],
    );
    for (const json of [{format: 'csv'}, {uuids, filter: {}, format: 'csv'}])
      t.match(await prepareChoice(owner, json), {status: 400, body: {code: 'invalid_request'}});
  });

  await t.test('is fetched once, by the account that prepared it', async (t) => {
    const {status, body} = await prepare(owner, {});
    t.equal(status, 201);
    t.ok(Date.parse(body.expires_at) - Date.now() <= 60_000);
    const other = await OwnerClient.create(server);
    const {body: refused} = await other.call<ErrorBody>('GET', body.url);
    t.equal(refused.code, 'link_over');
    const {body: unknown} = await other.call<ErrorBody>('GET', `${EXPORTS}/${randomUUID()}`);
    t.same({...refused, request_id: ''}, {...unknown, request_id: ''});
    t.equal((await owner.call('HEAD', body.url)).status, 405, 'HEAD does not use it');

    t.equal((await owner.call('GET', body.url)).status, 200);
    t.match(await owner.call('GET', body.url), {status: 410, body: {code: 'link_over'}});
  });

  await t.test('expires after a minute, and its row is deleted', async (t) => {
    const {body} = await prepare(owner, {q: 'Secret Name'});
    const rows = await server.sql<{filter: string}[]>`select filter from lead_exports`;
    t.equal(rows.length, 1);
    t.notMatch(rows[0]?.filter, /Secret/);
    await server.sql`update lead_exports set expires_at = now() - interval '1 second'`;
    const expired = await owner.call('GET', body.url);
    t.equal(expired.status, 410);

    await prepare(owner, {});
    await server.sql`update lead_exports set expires_at = now() - interval '1 second'`;
    await new Expiry({...server, log: server.app.log}).run();
    t.equal((await server.sql`select from lead_exports`).length, 0);
  });

  await t.test('needs an owner, also when it is fetched', async (t) => {
    const agent = await OwnerClient.create(server, {roles: {demo: 'agent'}});
    t.match(await prepare(agent, {}), {status: 403, body: {code: 'role_required'}});
    t.match(await prepare(owner, {site: 'workshop'}), {status: 404, body: {code: 'not_found'}});
    const {body} = await prepare(owner, {});
    await server.sql`
      update memberships set role = 'agent' where account_id = ${owner.accountId}`;
    t.match(await owner.call('GET', body.url), {status: 403, body: {code: 'role_required'}});
    await server.sql`
      update memberships set role = 'owner' where account_id = ${owner.accountId}`;
  });

  await t.test('of an account at several sites has only those that it owns', async (t) => {
    const both = await OwnerClient.create(server, {roles: {demo: 'agent', workshop: 'owner'}});
    const [, ...rows] = await readLines(await fetchExport(both, {view: 'all'}));
    t.equal(rows.length, 1);
    t.match(rows[0], /workshop/);
  });

  await t.test('is audited with its account', async (t) => {
    await server.sql`insert into audit_logs (event_type) values ('step_reached')`;
    await fetchExport(owner, {view: 'all'}, 'jsonl');
    const [row] = await server.sql<{site: string; metadata: object}[]>`
      select site_key as site, metadata from audit_logs where event_type = 'leads_exported'
      order by id desc limit 1`;
    t.same(row, {
      site: 'demo',
      metadata: {leads: 2, format: 'jsonl', by: 'account', account: owner.accountId},
    });
  });
});

/**
 * Changes leads until it is stopped: new ones, new activity, other views, erasures. Deletes leads
 * from `expected` that the export may leave out: erased leads, and those that leave the view before
 * its start.
 */
const keepChanging = (server: TestServer, expected: Set<string>) => {
  let hasStarted = false;
  let isStopped = false;
  let changes = 0;
  const running = (async () => {
    while (!isStopped) {
      await insertLeads(server, 5);
      await server.sql`
        update leads set last_activity_at = clock_timestamp()
        where session_uuid in (select session_uuid from leads order by random() limit 20)`;
      const mayMiss = !hasStarted;
      const done = await server.sql<{uuid: string}[]>`
        update leads set status = 'done', done_at = now() where session_uuid in (
          select session_uuid from leads where status = 'open' order by random() limit 10)
        returning session_uuid as uuid`;
      if (mayMiss) for (const {uuid} of done) expected.delete(uuid);
      const erased = await server.sql<{uuid: string}[]>`
        delete from leads where session_uuid in (
          select session_uuid from leads order by random() limit 1) returning session_uuid as uuid`;
      for (const {uuid} of erased) expected.delete(uuid);
      changes += 1;
    }
  })();
  return {
    start: () => {
      hasStarted = true;
    },
    stop: async () => {
      isStopped = true;
      await running;
      return changes;
    },
  };
};

t.test('an export contains each lead that was there at its start once', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  await insertLeads(server, 3_000);
  for (const format of ['csv', 'jsonl']) {
    await t.test(format, async (t) => {
      const rows = await server.sql<{uuid: string}[]>`
        select session_uuid as uuid from leads where view = 'unconfirmed'`;
      const expected = new Set(rows.map(({uuid}) => uuid));
      const changing = keepChanging(server, expected);

      const response = await fetchExport(owner, {view: 'unconfirmed'}, format);
      changing.start();
      const lines = await readLines(response);

      t.ok((await changing.stop()) > 0);
      const found = lines.flatMap((line) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(line)?.[0] ?? []);
      const uuids = new Set(found);
      t.equal(uuids.size, found.length, 'none twice');
      t.ok(expected.size > 1_000);
      t.same(
        [...expected].filter((uuid) => !uuids.has(uuid)),
        [],
        'none missing',
      );
    });
  }
  t.ok((await listLeads(owner)).length > 0);
});

t.test('a slow client of an export keeps no transaction open', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  for (let i = 0; i < 5; i++) await insertLeads(server, 2_000);
  const response = await fetchExport(owner, {view: 'all'}, 'jsonl');
  const reader = response.body?.getReader();
  await reader?.read();

  const rows = await server.sql`
    select from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'`;
  t.equal(rows.length, 0);

  await reader?.cancel();
});

t.test('a busy server does not use an export up', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  for (let i = 0; i < 20; i++) await insertLeads(server, 2_000);
  const running = [
    await fetchExport(owner, {view: 'all'}, 'jsonl'),
    await fetchExport(owner, {view: 'all'}, 'jsonl'),
  ];
  const {body} = await prepare(owner, {site: 'demo', view: 'done'});

  t.match(await owner.call('GET', body.url), {status: 503, body: {code: 'busy'}});

  for (const response of running) await response.body?.cancel();
  t.equal((await retryWhileBusy(() => owner.call('GET', body.url))).status, 200);
});

t.test('a running export ends with the session of its account, on every server', async (t) => {
  const first = await startServer(t);
  await createLead(first, {email: 'anna@example.com', fileName: 'report.pdf'});
  const objects = await createSlowStore(t);
  const admin = await OwnerClient.create(first);
  const pathOf = ({accountId}: OwnerClient) => `/api/owner/sites/demo/people/${accountId}`;
  const ends = {
    'a sign-out': (owner: OwnerClient) => owner.call('POST', '/api/owner/sign-out', {json: {}}),
    'a lower role': (owner: OwnerClient) =>
      admin.call('PATCH', pathOf(owner), {json: {role: 'agent'}}),
    'a removal': (owner: OwnerClient) => admin.call('DELETE', pathOf(owner)),
  };
  for (const [name, end] of Object.entries(ends)) {
    await t.test(`with ${name}`, async (t) => {
      const second = await startServer(t, {beside: first, deps: {objects, downloadPace: PATIENT}});
      await until(() => second.live.isListening);
      const owner = await OwnerClient.create(first);
      const {body} = await prepare(owner, {view: 'all'}, 'zip');
      const response = await fetch(`${second.url}${body.url}`, {headers: owner.headers});
      t.equal(response.status, 200);
      // Without its timer, the server learns of the end only from the notification.
      second.ownerHub.stop();

      t.ok((await end(owner)).status < 300);
      await t.rejects(response.arrayBuffer());
    });
  }
});
