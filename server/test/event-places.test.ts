import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {WAYS, readSocket, untilTold} from './event-readers.js';
import {Locks} from './held-lock.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/** For the server to notice that a client has gone. */
const NOTICE_MS = 200;

for (const [way, open] of Object.entries(WAYS)) {
  t.test(`who leaves while the session is looked up keeps no place: ${way}`, async (t) => {
    const server = await startServer(t, {settings: {MAX_STREAMS_PER_SESSION: '1'}});
    const locks = Locks.open(t, server);
    const visitor = await Visitor.consenting(server.url);
    await server.conversation.say(visitor.uuid, {role: 'agent', clientId: '1', body: 'Hello'});
    const held = await locks.hold((sql) => sql`lock table visits in access exclusive mode`);
    const hasty = open(visitor);
    await held.untilWaiting(1, 'visits');

    hasty.close();
    await sleep(NOTICE_MS);
    await held.release();
    await sleep(NOTICE_MS);

    t.equal(server.live.readersOf(visitor.uuid), 0);
    const next = open(visitor);
    t.teardown(() => next.close());
    await untilTold(next, 1);
  });
}

t.test('a WebSocket takes one place, and not another once it says whose it is', async (t) => {
  const server = await startServer(t, {settings: {MAX_STREAMS_PER_ADDRESS: '2'}});
  const visitor = await Visitor.consenting(server.url);
  await server.conversation.say(visitor.uuid, {role: 'agent', clientId: '1', body: 'Hello'});

  const readers = [readSocket(visitor), readSocket(visitor)];
  t.teardown(() => {
    for (const reader of readers) reader.close();
  });
  for (const reader of readers) await untilTold(reader, 1);

  t.equal(await readSocket(visitor).ended, '503', 'a third is refused before it is one');
  readers[0]?.close();
  await until(() => server.live.readersOf(visitor.uuid) === 1);
  const next = readSocket(visitor);
  readers.push(next);
  await untilTold(next, 1);
});
