import {randomUUID} from 'node:crypto';

import t from 'tap';

import {recordAudit} from '../audit/store.js';
import type {AuditEntry} from '../audit/store.js';
import type {ErrorBody} from '../contract/common.js';
import type {Role} from '../contract/owner.js';
import {MAX_TRAIL_PAGE} from '../contract/owner-trail.js';
import type {TrailPage} from '../contract/owner-trail.js';
import {OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

const TRAIL = '/api/owner/sites/demo/trail';

t.test('the activity at a site', async (t) => {
  const server = await startServer(t);
  const olga = await OwnerClient.create(server, {name: 'Olga'});
  const anna = await OwnerClient.create(server, {roles: {demo: 'agent'}});
  const eve = await OwnerClient.create(server, {roles: {questions: 'owner'}});
  const read = async (query = '') => (await olga.call<TrailPage>('GET', `${TRAIL}${query}`)).body;
  const act = (
    client: OwnerClient,
    event: AuditEntry['event'],
    site: string | null = 'demo',
    uuid: string | null = null,
  ) => recordAudit(server.sql, {event, site, uuid, metadata: {account: client.accountId}});
  const list = ({rows}: TrailPage) => rows.map((row) => [row.event_type, row.account?.id]);

  await t.test('has acts of accounts at this site, latest first', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await act(olga, 'account_invited');
    await act(anna, 'file_download', 'demo', visitor.uuid);
    await act(olga, 'account_invited', 'questions');
    await act(eve, 'account_invited', 'questions');

    const page = await read();
    t.same(list(page), [
      ['file_download', anna.accountId],
      ['account_invited', olga.accountId],
    ]);
    t.match(page, {
      rows: [
        {account: {name: null, email: anna.email}, lead: visitor.uuid},
        {
          account: {name: 'Olga', email: olga.email},
          lead: null,
          metadata: {account: olga.accountId},
        },
      ],
      next: null,
    });
  });

  await t.test('names the file, and the person who was invited or changed', async (t) => {
    const rosa = await OwnerClient.create(server, {name: 'Rosa'});
    const visitor = await Visitor.consenting(server.url);
    const {body} = await visitor.upload(makePdf(), {name: 'cv.pdf'});
    const record = (event: AuditEntry['event'], metadata: object, uuid: string | null = null) =>
      recordAudit(server.sql, {
        ...{event, site: 'demo', uuid},
        metadata: {account: rosa.accountId, ...metadata},
      });
    await record('file_download', {file_id: body.file.id}, visitor.uuid);
    await record('role_changed', {changed: anna.accountId, role: 'owner'});
    const find = async () => (await read()).rows.slice(0, 2);

    t.match(await find(), [
      {person: {id: anna.accountId, email: anna.email}, file: null},
      {person: null, file: {id: body.file.id, name: 'cv.pdf'}},
    ]);
    await visitor.call('DELETE', `/api/files/${body.file.id}`);
    t.match((await find())[1], {file: {id: body.file.id, name: null}});
  });

  await t.test('has sign-ins of members since they joined, and of no other account', async (t) => {
    await act(anna, 'signed_in', null);
    await act(eve, 'signed_in', null);
    const ben = await OwnerClient.create(server, {name: 'Ben', roles: {demo: 'agent'}});
    await server.sql`
      update memberships set created_at = now() + interval '1 minute'
      where account_id = ${ben.accountId}`;
    for (const event of ['signed_in', 'signed_out'] as const) await act(ben, event, null);

    t.same(list(await read('?type=signed_in')), [['signed_in', anna.accountId]]);
  });

  await t.test('has no sign-out of a session from before, and no name until then', async (t) => {
    const ben = await OwnerClient.create(server, {name: 'Ben', roles: {workshop: 'agent'}});
    await act(ben, 'account_invited');
    await server.sql`
      insert into memberships (account_id, site_key, role) values (${ben.accountId}, 'demo', 'agent')`;
    await act(ben, 'signed_out', null);
    const readBen = (more = '') => read(`?account=${ben.accountId}${more}`);
    t.match(await readBen(), {rows: [{event_type: 'account_invited', account: {name: null}}]});
    t.same(list(await readBen('&type=signed_out')), []);

    await act(ben, 'signed_in', null);
    await act(ben, 'signed_out', null);
    t.match(await readBen('&type=account_invited'), {rows: [{account: {name: 'Ben'}}]});
    t.equal(list(await readBen('&type=signed_out')).length, 2);
  });

  await t.test('has commands of the operator, without an account', async (t) => {
    const metadata = {account: null};
    await recordAudit(server.sql, {event: 'data_rectified', site: 'demo', metadata});

    t.match(await read('?type=data_rectified'), {rows: [{account: null}]});
  });

  await t.test('is filtered by account and event', async (t) => {
    t.same(list(await read(`?account=${olga.accountId.toUpperCase()}`)), [
      ['account_invited', olga.accountId],
    ]);
    t.same(list(await read(`?account=${anna.accountId}&type=file_download`)), [
      ['file_download', anna.accountId],
    ]);
    t.same(list(await read(`?account=${randomUUID()}`)), []);
  });

  await t.test('has pages without a gap, although rows are added', async (t) => {
    for (let i = 0; i < MAX_TRAIL_PAGE + 5; i++) await act(anna, 'role_changed');
    const all = await olga.call<TrailPage>(
      'GET',
      `${TRAIL}?type=role_changed&account=${anna.accountId}&limit=1000`,
    );
    t.equal(all.body.rows.length, MAX_TRAIL_PAGE);

    const seen: string[] = [];
    let next: string | null = null;
    do {
      const page: TrailPage = await read(
        `?type=role_changed&account=${anna.accountId}&limit=20${next === null ? '' : `&after=${next}`}`,
      );
      seen.push(...page.rows.map(({id}) => id));
      next = page.next;
      await act(anna, 'role_changed');
    } while (next !== null);

    t.equal(seen.length, MAX_TRAIL_PAGE + 5);
    t.same(seen, [...new Set(seen)]);
  });

  await t.test('is for owners only', async (t) => {
    for (const role of ['agent', 'observer'] as Role[]) {
      const client = await OwnerClient.create(server, {roles: {demo: role}});
      t.match(await client.call('GET', TRAIL), {status: 403, body: {code: 'role_required'}});
    }
    t.match(await eve.call('GET', TRAIL), {status: 404, body: {code: 'not_found'}});
  });

  for (const query of [
    'type=none',
    'account=me',
    'after=-1',
    'after=1e3',
    `after=${'9'.repeat(19)}`,
    'limit=ten',
    "type='",
  ])
    await t.test(`refuses ?${query}`, async (t) => {
      const {status, body} = await olga.call<ErrorBody>('GET', `${TRAIL}?${query}`);

      t.same([status, body.code], [400, 'invalid_request']);
    });
});
