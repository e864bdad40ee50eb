import {randomUUID} from 'node:crypto';

import t from 'tap';

import {makePdf} from './pdf.js';
import {getAuditRows, listSessionKeys, getVisitState, validateUuid} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

void t.test('DELETE /api/session', async (t) => {
  const server = await startServer(t);

  await t.test('discards a visit; a repeat succeeds, and other calls get 410', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());

    const first = await visitor.call('DELETE', '/api/session');
    const again = await visitor.call('DELETE', '/api/session');

    t.same([first.status, again.status], [204, 204]);
    await until(async () => (await getVisitState(server, visitor.uuid)) === 'gone');
    t.equal((await visitor.call('DELETE', '/api/session')).status, 204);
    t.same(await listSessionKeys(server, visitor.uuid), []);
    t.equal((await visitor.session()).status, 410);
    t.equal((await visitor.upload(makePdf())).status, 410);
    t.match(await getAuditRows(server, visitor.uuid, 'session_reset'), [{ip: null}]);
  });

  await t.test('prevents any later use of its UUID', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    await visitor.call('DELETE', '/api/session');

    t.equal((await validateUuid(server.url, {uuid: visitor.uuid})).status, 409);
    t.equal((await validateUuid(server.url, {uuid: visitor.uuid}, visitor.token)).status, 410);
  });

  await t.test('erases nothing with another visitor’s token', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const stranger = await Visitor.arrive(server.url);
    const mixed = new Visitor(server.url, visitor.uuid, stranger.token);

    t.equal((await mixed.call('DELETE', '/api/session')).status, 401);
    t.equal(await getVisitState(server, visitor.uuid), 'open');
  });

  await t.test('leaves no personal data in any table after contact', async (t) => {
    const own = await startServer(t, {settings: {TRUST_PROXY: '127.0.0.1'}});
    const ip = '198.51.100.23';
    const {uuid, token} = await Visitor.arrive(own.url);
    const visitor = new (class extends Visitor {
      override get credentials() {
        return {...super.credentials, 'x-forwarded-for': ip};
      }
    })(own.url, uuid, token);
    await visitor.consent({personal_data: true, ai_training: true});
    await visitor.upload(makePdf(), {name: 'Lebenslauf Zwiebelfisch.pdf', key: randomUUID()});
    const {body} = await visitor.upload(makePdf(), {name: 'Zwiebelfisch 2.pdf'});
    await visitor.call('DELETE', `/api/files/${body.file.id}`);
    const answers = {surname: 'Zwiebelfisch', hobbies: ['zwiebelfisch']};
    await visitor.contact('zwiebelfisch@example.com', 'Zora Zwiebelfisch', {answers});
    await own.mailbox.waitFor('zwiebelfisch@example.com');
    await visitor.call('PATCH', '/api/session', {json: {email: 'zora.zwiebelfisch@example.org'}});
    t.not((await getTraces(own, 'zwiebelfisch')).length, 0, 'the value was stored before');
    t.not((await getTraces(own, ip)).length, 0, 'the IP address was stored before');
    const rows = await own.sql`select from audit_logs where user_uuid = ${uuid}`;

    t.equal((await visitor.call('DELETE', '/api/session')).status, 204);

    t.same(await getTraces(own, 'zwiebelfisch'), []);
    t.same(await getTraces(own, 'Zora'), []);
    t.same(await getTraces(own, ip), []);
    await until(async () => (await listSessionKeys(own, uuid)).length === 0);
    const left = await own.sql`select from audit_logs where user_uuid = ${uuid}`;
    t.ok(left.length > rows.length, 'the audit rows remain and record the erasure');
    t.match(await getAuditRows(own, uuid, 'session_erased'), [{metadata: {by: 'visitor'}}]);
    t.equal((await own.sql`select from consents where session_uuid = ${uuid}`).length, 2);
    t.match(await own.sql`select * from visits where uuid = ${uuid}`, [
      {state: 'erased', site_key: 'demo', furthest_step: null},
    ]);
    t.equal((await visitor.call('DELETE', '/api/session')).status, 204);
    t.equal((await visitor.session()).status, 410);
  });
});

/** Returns every row of every table that contains a text, whatever the column's type. */
const getTraces = async ({sql}: TestServer, text: string): Promise<string[]> => {
  const tables = await sql<{name: string}[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const found: string[] = [];
  for (const {name} of tables) {
    const rows = await sql<{row: string}[]>`
      select t::text as row from ${sql(name)} as t where t::text ilike ${`%${text}%`}`;
    found.push(...rows.map(({row}) => `${name}: ${row}`));
  }
  return found;
};
