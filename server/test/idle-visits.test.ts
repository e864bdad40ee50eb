import t from 'tap';

import {Locks} from './held-lock.js';
import {makePdf} from './pdf.js';
import {getAuditRows, listSessionKeys, getVisitState} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const age = ({sql}: TestServer, uuid: string, minutes: number) =>
  sql`update visits set last_seen_at = now() - ${`${minutes} minutes`}::interval
      where uuid = ${uuid}`;

void t.test('an idle visit', async (t) => {
  const server = await startServer(t);

  await t.test('lives until the limit, which any request restarts', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await age(server, visitor.uuid, 29);

    t.equal((await visitor.session()).status, 200);

    const [row] = await server.sql`
      select last_seen_at > now() - interval '1 minute' as young from visits
      where uuid = ${visitor.uuid}`;
    t.equal(row?.['young'], true);
  });

  await t.test('is not gone when a concurrent call has kept it alive', async (t) => {
    const locks = Locks.open(t, server);
    const visitor = await Visitor.consenting(server.url);
    await age(server, visitor.uuid, 31);
    const touched = await locks.hold(
      (sql) => sql`update visits set last_seen_at = now() where uuid = ${visitor.uuid}`,
    );

    const reading = visitor.session();
    const changing = visitor.consent({ai_training: true});
    await touched.untilWaiting(2, 'visits');
    await touched.commit();

    t.same([(await reading).status, (await changing).status], [200, 200]);
    t.equal(await getVisitState(server, visitor.uuid), 'open');
    t.equal((await getAuditRows(server, visitor.uuid, 'visit_abandoned')).length, 0);
  });

  for (const [what, call] of [
    ['reading', (visitor: Visitor) => visitor.session()],
    ['a change', (visitor: Visitor) => visitor.consent({ai_training: true})],
    ['an upload', (visitor: Visitor) => visitor.upload(makePdf())],
    ['contact', (visitor: Visitor) => visitor.contact('late@example.com')],
  ] as const) {
    await t.test(`is deleted after it by ${what}, with its files`, async (t) => {
      const visitor = await Visitor.consenting(server.url);
      await visitor.upload(makePdf());
      await age(server, visitor.uuid, 31);

      const {status, body} = await call(visitor);

      t.equal(status, 410);
      t.match(body, {status: 'gone', code: 'session_gone'});
      await until(async () => (await getVisitState(server, visitor.uuid)) === 'gone');
      t.same(await listSessionKeys(server, visitor.uuid), []);
      const left = await server.sql`
        select from file_uploads where session_uuid = ${visitor.uuid}
        union all select from consents where session_uuid = ${visitor.uuid}`;
      t.equal(left.length, 0);
      t.match(await getAuditRows(server, visitor.uuid, 'visit_abandoned'), [
        {metadata: {cause: 'idle'}},
      ]);
      t.equal((await visitor.session()).status, 410);
    });
  }

  await t.test('is deleted after a day, however active it was', async (t) => {
    const [young, old] = [
      await Visitor.consenting(server.url),
      await Visitor.consenting(server.url),
    ];
    await server.sql`
      update visits set started_at = now() - interval '23 hours 59 minutes' where uuid = ${young.uuid}`;
    await server.sql`
      update visits set started_at = now() - interval '24 hours 1 minute' where uuid = ${old.uuid}`;

    t.same([(await young.session()).status, (await old.session()).status], [200, 410]);
    t.match(await getAuditRows(server, old.uuid, 'visit_abandoned'), [
      {metadata: {cause: 'too_old'}},
    ]);
  });

  await t.test('a limit of seconds is exact', async (t) => {
    const own = await startServer(t, {settings: {VISIT_IDLE_MINUTES: '0.05'}});
    const visitor = await Visitor.consenting(own.url);
    const {body} = await visitor.session();
    const left = Date.parse(body.idle_expires_at ?? '') - Date.now();
    t.ok(left <= 3_000, `${left} ms`);
    await until(() => Date.now() > Date.parse(body.idle_expires_at ?? '') + 50);

    t.equal((await visitor.session()).status, 410);
  });

  await t.test('a session is never idle', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.contact('patient@example.com');
    await age(server, visitor.uuid, 60 * 48);

    const {status, body} = await visitor.session();

    t.same([status, body.state, body.idle_expires_at], [200, 'pending', null]);
  });
});
