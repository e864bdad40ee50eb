import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {ARRIVAL_LIMITS} from '../live/websocket-route.js';
import {
  TRANSPORTS,
  WebSocketClient,
  subscribeWithWebSocket,
  untilReceived,
} from './event-subscribers.js';
import {Locks} from './held-lock.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/** Time in which the server notices that a client has disconnected. */
const NOTICE_MS = 200;

for (const [way, open] of Object.entries(TRANSPORTS)) {
  t.test(`a client that leaves during the session’s look-up keeps no slot: ${way}`, async (t) => {
    const server = await startServer(t, {settings: {MAX_STREAMS_PER_SESSION: '1'}});
    const locks = Locks.open(t, server);
    const visitor = await Visitor.consenting(server.url);
    await server.messageService.writeMessage(visitor.uuid, {
      role: 'agent',
      clientId: '1',
      body: 'Hello',
    });
    const held = await locks.hold((sql) => sql`lock table visits in access exclusive mode`);
    const hasty = open(visitor);
    await held.untilWaiting(1, 'visits');

    hasty.close();
    await sleep(NOTICE_MS);
    await held.release();
    await sleep(NOTICE_MS);

    t.equal(server.live.countSubscribers(visitor.uuid), 0);
    const next = open(visitor);
    t.teardown(() => next.close());
    await untilReceived(next, 1);
  });
}

t.test('a WebSocket uses only one slot, also after it has sent its credentials', async (t) => {
  const server = await startServer(t, {settings: {MAX_STREAMS_PER_ADDRESS: '2'}});
  const visitor = await Visitor.consenting(server.url);
  await server.messageService.writeMessage(visitor.uuid, {
    role: 'agent',
    clientId: '1',
    body: 'Hello',
  });

  const subscribers = [subscribeWithWebSocket(visitor), subscribeWithWebSocket(visitor)];
  t.teardown(() => {
    for (const subscriber of subscribers) subscriber.close();
  });
  for (const reader of subscribers) await untilReceived(reader, 1);

  t.equal(await subscribeWithWebSocket(visitor).ended, '4503', 'a third subscriber gets no slot');
  subscribers[0]?.close();
  await until(() => server.live.countSubscribers(visitor.uuid) === 1);
  const next = subscribeWithWebSocket(visitor);
  subscribers.push(next);
  await untilReceived(next, 1);
});

t.test('sockets without credentials use no subscriber’s slot', async (t) => {
  const server = await startServer(t, {settings: {MAX_STREAMS_PER_ADDRESS: '3'}});
  const visitor = await Visitor.consenting(server.url);
  await server.messageService.writeMessage(visitor.uuid, {
    role: 'agent',
    clientId: '1',
    body: 'Hello',
  });
  const url = `${server.url.replace(/^http/, 'ws')}/api/events/ws`;
  const silent = () => {
    const socket = new WebSocketClient(url);
    t.teardown(() => {
      socket.terminate();
    });
    return new Promise<string>((resolve) => {
      socket.on('open', () => {
        resolve('open');
      });
      socket.on('error', (error: Error) => {
        resolve(error.message);
      });
    });
  };
  const opened = await Promise.all(Array.from({length: ARRIVAL_LIMITS.perClient}, silent));
  t.same([...new Set(opened)], ['open']);

  t.match(await silent(), /503/, 'one more is refused');
  const readers = [TRANSPORTS['Server-Sent Events'], TRANSPORTS['long poll']].map((open) =>
    open?.(visitor),
  );
  for (const reader of readers) {
    t.teardown(() => reader?.close());
    if (reader) await untilReceived(reader, 1);
  }

  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  t.match(metrics, 'maria_busy_total{what="sockets",limit="address"} 1\n');
});
