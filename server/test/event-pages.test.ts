import t from 'tap';

import {PAGE_EVENTS, findEvents} from '../live/store.js';
import {TRANSPORTS, untilReceived} from './event-subscribers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';

const KILOBYTE = 1_000;

/** Creates a session with `count` events of one size. */
const withEvents = async (
  {url, sql}: TestServer,
  {count, bytes}: {count: number; bytes: number},
): Promise<Visitor> => {
  const visitor = await Visitor.consenting(url);
  await sql`
    insert into events (session_uuid, seq, type, data)
    select ${visitor.uuid}, n, 'typing', jsonb_build_object('text', repeat('x', ${bytes}))
    from generate_series(1, ${count}) n`;
  await sql`update visits set last_event = ${count} where uuid = ${visitor.uuid}`;
  return visitor;
};

t.test('a query for the events of a session', async (t) => {
  const server = await startServer(t);
  const findPage = async (uuid: string, after: number) => {
    const [found] = await findEvents(server.sql, [{uuid, after}]);
    return [found?.events.map(({seq}) => seq), found?.hasMore];
  };

  await t.test('ends with the event that reaches the limit of bytes', async (t) => {
    const large = await withEvents(server, {count: 6, bytes: 30 * KILOBYTE});
    t.same(await findPage(large.uuid, 0), [[1, 2, 3], true]);
    t.same(await findPage(large.uuid, 3), [[4, 5, 6], false]);
    const huge = await withEvents(server, {count: 2, bytes: 500 * KILOBYTE});
    t.same(await findPage(huge.uuid, 0), [[1], true], 'one event is always found');
    t.same(await findPage(huge.uuid, 1), [[2], false]);
  });

  await t.test('ends after the maximum number of events, and is repeated', async (t) => {
    const {uuid} = await withEvents(server, {count: PAGE_EVENTS, bytes: 10});
    const [seqs, hasMore] = await findPage(uuid, 0);
    t.same([(seqs as number[]).length, hasMore], [PAGE_EVENTS, true]);
    t.same(await findPage(uuid, PAGE_EVENTS), [[], false]);
  });

  for (const [way, open] of Object.entries(TRANSPORTS)) {
    await t.test(`is repeated until a subscriber has all events: ${way}`, async (t) => {
      const count = 20;
      const visitor = await withEvents(server, {count, bytes: 30 * KILOBYTE});
      const subscriber = open(visitor);
      t.teardown(() => subscriber.close());

      const events = await untilReceived(subscriber, count);

      t.same(
        events.map(({seq}) => seq),
        Array.from({length: count}, (_, i) => i + 1),
      );
    });
  }
});
