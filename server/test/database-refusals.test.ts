import {randomUUID} from 'node:crypto';

import t from 'tap';

import {TestRole} from './test-role.js';
import {callSuccessfully} from './retry-while-busy.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/** Makes the database roll back the next transactions that record a consent. */
const rollBack = async ({sql}: TestServer, {times, code}: {times: number; code: string}) => {
  await sql`create sequence conflicts`;
  await sql.unsafe(`
    create function conflict() returns trigger language plpgsql as $$
    begin
      -- A sequence keeps its number when a transaction is rolled back.
      if nextval('conflicts') <= ${times} then
        raise exception 'rolled back' using errcode = '${code}';
      end if;
      return new;
    end $$`);
  await sql`
    create trigger conflict before insert on consents for each row execute function conflict()`;
};

const level = ({logLines}: TestServer, atLeast: number) =>
  logLines.filter((line) => (line['level'] as number) >= atLeast && line['msg'] !== 'responded');

for (const [name, code] of [
  ['deadlock', '40P01'],
  ['serialization failure', '40001'],
] as const) {
  t.test(`a change that ends in a ${name} is repeated`, async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.arrive(server.url);
    await rollBack(server, {times: 1, code});

    const {status} = await visitor.consent({personal_data: true, ai_training: false});

    t.equal(status, 200);
    const rows =
      await server.sql`select purpose from consents where session_uuid = ${visitor.uuid}`;
    t.equal(rows.length, 2, 'each decision is recorded once');
    t.same(level(server, 40), []);
  });

  t.test(`a change that always ends in a ${name} can be sent again`, async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.arrive(server.url);
    await rollBack(server, {times: 2, code});

    const refused = await visitor.consent({personal_data: true});

    t.same([refused.status, refused.body['code']], [503, 'unavailable']);
    t.match(refused.body['message'], /Send the request again/);
    t.equal(refused.headers.get('retry-after'), '2');
    t.equal((await visitor.consent({personal_data: true})).status, 200);
    t.same(level(server, 50), [], 'no failure of the server is logged');
  });
}

t.test('a password that is changed while the server runs', async (t) => {
  const role = await TestRole.withTables(t);
  const server = await startServer(t, {settings: {DATABASE_URL: role.url}});
  const visitor = await Visitor.consenting(server.url);
  const {password} = new URL(role.url);

  await role.setPassword(randomUUID());
  await role.closeConnections();
  // A connection that was cut off fails with another error.
  await until(async () => (await loginRefusals(server, visitor)) > 0);
  const refused = await visitor.session();
  t.same([refused.status, refused.body.code], [503, 'unavailable']);
  t.ok(Number(refused.headers.get('retry-after')) > 0);
  t.equal((await fetch(`${server.url}/readyz`)).status, 503);
  t.same(level(server, 50), []);

  await role.setPassword(password);
  t.equal(
    (await callSuccessfully(() => visitor.session())).status,
    200,
    'requests are served again',
  );
});

const loginRefusals = async (server: TestServer, visitor: Visitor): Promise<number> => {
  await visitor.session();
  return server.logLines.filter(({err}) => (err as {code?: string} | undefined)?.code === '28P01')
    .length;
};
