import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';
import {v4} from 'uuid';

import {SUSPICIOUS_TOKENS, SUSPICIOUS_UUIDS} from '../abuse/monitor.js';
import {SlidingWindowCounter} from '../abuse/sliding-window-counter.js';
import {openMigratedDatabase} from './migrated-database.js';
import {validateUuid} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

void t.test('suspicious visitors are audited and alerted', async (t) => {
  const server = await startServer(t);
  const getSuspicions = () => server.sql<{kind: string}[]>`
    select metadata->>'kind' as kind from audit_logs where event_type = 'suspicious_activity'`;

  await t.test('after the twentieth invalid UUID, not the nineteenth', async (t) => {
    for (let i = 0; i < 19; i++) await validateUuid(server.url, {uuid: 'x'});
    t.equal((await getSuspicions()).length, 0);
    await validateUuid(server.url, {uuid: 'x'});
    await until(async () => (await getSuspicions()).length === 1);
    t.match(await getSuspicions(), [{kind: 'uuids'}]);
  });

  await t.test('after the fiftieth rejected token', async (t) => {
    const visitor = new Visitor(server.url, v4(), 'wrong');
    for (let i = 0; i < 49; i++) await visitor.session();
    t.equal((await getSuspicions()).length, 1);
    await visitor.session();
    await until(async () => (await getSuspicions()).length === 2);
  });
});

t.test('three replicas count suspicious calls together', async (t) => {
  const testServer = await startServer(t);
  const two = await startServer(t, {beside: testServer});
  const three = await startServer(t, {beside: testServer});
  const getSuspicions = () => testServer.sql<{kind: string; count: number}[]>`
    select metadata->>'kind' as kind, (metadata->>'count')::int as count
    from audit_logs where event_type = 'suspicious_activity'`;
  // A busy server may respond with 503, which does not count as a guess.
  const guess = async ({url}: TestServer) => {
    while (
      (await request(url, 'POST', '/api/session/validate-uuid', {json: {uuid: 'x'}})).status !== 400
    );
  };

  for (let i = 0; i < 19; i++) await guess([testServer, two, three][i % 3] as TestServer);
  await sleep(200);
  t.equal((await getSuspicions()).length, 0);
  await guess(two);
  await until(async () => (await getSuspicions()).length === 1);
  t.same([...(await getSuspicions())], [{kind: 'uuids', count: 20}]);

  const rows = await testServer.sql<{key: string}[]>`select key from watched`;
  t.ok(rows.length > 0);
  t.notMatch(rows.map(({key}) => key).join(), /127\.0\.0|::1/);
});

t.test('the window of the counters slides', async (t) => {
  const sql = await openMigratedDatabase(t);
  const threshold = {kind: 'k', times: 5, windowMs: 60_000};
  const watched = new SlidingWindowCounter(sql, Buffer.alloc(32));
  const twin = new SlidingWindowCounter(sql, Buffer.alloc(32));
  const add = async (count: number) => {
    const reached: boolean[] = [];
    for (let i = 0; i < count; i++) {
      reached.push(await (i % 2 ? watched : twin).hit(threshold, 'a'));
    }
    return reached.filter(Boolean).length;
  };
  const pass = (seconds: number) => sql`
    update watched set times = array(
      select at - ${`${seconds} seconds`}::interval from unnest(times) at)`;

  t.equal(await add(3), 0);
  await pass(50);
  t.equal(await add(1), 0);
  await pass(20);
  t.equal(await add(3), 0, 'the first three are outside the window');
  t.equal(await add(1), 1, 'the fifth within the window');
  t.equal(await add(4), 0, 'the count starts again');
  await sql`delete from watched`;
  const burst = await Promise.all(Array.from({length: 12}, () => watched.hit(threshold, 'b')));
  t.ok(burst.filter(Boolean).length >= 1 && burst.filter(Boolean).length <= 2);
  t.equal(SUSPICIOUS_UUIDS.times, 20);
  t.equal(SUSPICIOUS_TOKENS.times, 50);
});
