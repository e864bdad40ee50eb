import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import http from 'node:http';
import type {ServerResponse} from 'node:http';
import net from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';
import type {Test} from 'tap';

import type {LiveEvent} from '../contract/events.js';
import {NotificationProxy} from './notification-proxy.js';
import {
  WebSocketClient,
  readBlocks,
  subscribeWithLongPoll,
  subscribeWithWebSocket,
  subscribeWithSse,
  untilReceived,
} from './event-subscribers.js';
import type {EventSubscriber} from './event-subscribers.js';
import {makePdf} from './pdf.js';
import {callSuccessfully} from './retry-while-busy.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const STREAMS = {'Server-Sent Events': subscribeWithSse, WebSocket: subscribeWithWebSocket};

const reading = async (t: Test, server: TestServer, subscriber: EventSubscriber, uuid: string) => {
  t.teardown(() => subscriber.close());
  await until(() => server.live.countSubscribers(uuid) > 0);
  return subscriber;
};

/** Joins the pieces of a text like a client. */
const getText = ({events}: EventSubscriber): string =>
  events.reduce((text, event) => {
    if (event.type === 'message_delta') return text.slice(0, event.data.offset) + event.data.text;
    return event.type === 'message_completed' ? event.data.body : text;
  }, '');

const has =
  (type: LiveEvent['type']) =>
  ({events}: EventSubscriber) =>
    events.some((event) => event.type === type);

t.test('a client reconnects with the sequence number in a header', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  for (const _ of [1, 2, 3]) await visitor.upload(makePdf());

  const subscriber = subscribeWithSse(visitor, {after: 1, headers: {'last-event-id': '2'}});
  t.teardown(() => subscriber.close());

  t.match(await untilReceived(subscriber, 1), [{seq: 3}]);
});

for (const [way, open] of Object.entries(STREAMS)) {
  t.test(`a text is streamed by ${way}`, async (t) => {
    const server = await startServer(t);
    const beside = await startServer(t, {beside: server});
    const named = {role: 'maria', clientId: 'answer'} as const;
    const visitor = await Visitor.consenting(server.url);
    const early = await reading(t, beside, open(visitor.at(beside.url)), visitor.uuid);
    const running = await server.messageService.startMessage(visitor.uuid, named);

    running?.delta('One, 👋 ');
    await until(() => getText(early) === 'One, 👋 ');
    const late = await reading(t, server, open(visitor, {after: 1}), visitor.uuid);
    await until(() => getText(late) === 'One, 👋 ');
    t.equal(late.events[0]?.seq, null, 'a late subscriber gets the text so far');
    running?.delta('two');
    await until(() => [early, late].every((subscriber) => getText(subscriber) === 'One, 👋 two'));
    const long = `, ${'much '.repeat(1_500)}`;
    running?.delta(long);
    await until(() =>
      [early, late].every((subscriber) => getText(subscriber) === `One, 👋 two${long}`),
    );
    await running?.complete();
    await until(() => [early, late].every(has('message_completed')));

    for (const reader of [early, late]) {
      const ends = reader.events.flatMap((event) =>
        event.type === 'message_delta' ? [event.data.offset + event.data.text.length] : [],
      );
      const begins = reader.events.flatMap((event) =>
        event.type === 'message_delta' ? [event.data.offset] : [],
      );
      t.same(begins, [0, ...ends.slice(0, -1)], 'each piece begins at the end of the last one');
      t.equal(getText(reader), `One, 👋 two${long}`);
    }
    t.match(
      early.events.filter(({seq}) => seq !== null),
      [
        {type: 'message_created', data: {message: {state: 'running', body: ''}}},
        {type: 'message_completed', data: {state: 'complete'}},
      ],
    );
    t.equal((await server.sql`select from events`).length, 2, 'pieces are not stored');
  });

  t.test(`a typing event is sent by ${way}`, async (t) => {
    const server = await startServer(t);
    const beside = await startServer(t, {beside: server});
    const visitor = await Visitor.consenting(server.url);
    const subscribers = [
      await reading(t, server, open(visitor), visitor.uuid),
      await reading(t, beside, open(visitor.at(beside.url)), visitor.uuid),
    ];
    await until(() => server.live.isListening && beside.live.isListening);

    server.messageService.sendTyping(visitor.uuid, 'agent');

    for (const subscriber of subscribers) {
      t.match(await untilReceived(subscriber, 1), [
        {seq: null, type: 'typing', data: {role: 'agent'}},
      ]);
    }
  });
}

t.test('a WebSocket', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const {uuid, token} = visitor;
  const url = `${server.url.replace('http', 'ws')}/api/events/ws`;
  const closeOf = async (...messages: string[]) => {
    const socket = new WebSocketClient(url);
    socket.on('open', () => {
      for (const message of messages) socket.send(message);
    });
    return new Promise((resolve) => {
      socket.on('close', (code: number, reason: Buffer) => {
        resolve([code, reason.toString()]);
      });
    });
  };
  const greeting = JSON.stringify({uuid, token});

  await t.test('is closed with a reason after an invalid message', async (t) => {
    t.same(await closeOf('not JSON'), [4400, 'invalid_request']);
    t.same(await closeOf('{"uuid":1}'), [4400, 'invalid_request']);
    t.same(await closeOf(greeting, 'more'), [1008, 'only one message is expected']);
    t.same((await closeOf(JSON.stringify({uuid, token: 'x'.repeat(2_000)})))?.toString(), '1009,');
  });

  await t.test('without an upgrade is refused with 426', async (t) => {
    const {status, body, headers} = await request(server.url, 'GET', '/api/events/ws');
    t.match([status, body], [426, {code: 'upgrade_required'}]);
    t.equal(headers.get('upgrade'), 'websocket');
  });

  await t.test('with another method is refused, and its connection ends', async () => {
    const socket = net.connect(Number(new URL(server.url).port));
    socket.write(
      'POST /api/events/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    socket.resume();
    await once(socket, 'close');
  });

  await t.test('on another path is refused', async (t) => {
    const socket = new WebSocketClient(url.replace('/events/ws', '/session'));
    const refused = await new Promise<Error>((resolve) => {
      socket.on('error', resolve);
    });
    t.match(refused.message, /401/);
  });

  await t.test(
    'is the only upgrade: a request with another upgrade is served normally',
    async (t) => {
      const body = Buffer.from(JSON.stringify({client_id: 'h2c', body: 'é'.repeat(2_000)}));
      for (const connection of ['Upgrade, HTTP2-Settings', 'close, upgrade']) {
        const call = http.request(`${server.url}/api/messages`, {
          method: 'POST',
          agent: false,
          headers: {
            ...visitor.credentials,
            'content-type': 'application/json',
            'content-length': body.length,
            connection,
            upgrade: 'h2c',
            'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA',
          },
        });
        call.write(body.subarray(0, 1_000));
        await sleep(50);
        call.end(body.subarray(1_000));
        const [response] = (await once(call, 'response')) as [http.IncomingMessage];
        const [json] = (await once(response, 'data')) as [Buffer];
        t.match(JSON.parse(json.toString()), {message: {client_id: 'h2c'}});
        t.equal(response.headers.connection, /close/.test(connection) ? 'close' : 'keep-alive');
        call.destroy();
      }
    },
  );
});

// These tests mostly wait, so that they can run concurrently.
t.jobs = 5;
const beside = {buffered: true};

t.test('the head of a stream', beside, async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const response = await fetch(`${server.url}/api/events`, {
    headers: {...visitor.credentials, origin: 'http://localhost:3000'},
  });

  for (const [name, value] of [
    ['content-type', 'text/event-stream; charset=utf-8'],
    ['cache-control', 'no-store, no-transform'],
    ['x-accel-buffering', 'no'],
    ['access-control-allow-origin', '*'],
    ['x-content-type-options', 'nosniff'],
  ]) {
    t.equal(response.headers.get(name ?? ''), value);
  }
  t.match(response.headers.get('access-control-expose-headers'), /x-request-id/);
  const blocks = readBlocks(response);
  t.match((await blocks.next()).value, /^retry: \d{4}$/);
  t.equal((await blocks.next()).value, ': ', 'a heartbeat is sent without events');
  await response.body?.cancel().catch(() => undefined);
  await blocks.return(undefined);
});

t.test('a long poll', beside, async (t) => {
  const server = await startServer(t);

  await t.test('returns an empty page if there are no events', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());
    const {status, body, headers} = await visitor.call('GET', '/api/events?after=1', {
      headers: {accept: 'application/json'},
    });
    t.same([status, body], [200, {events: [], next: 1}]);
    t.equal(headers.get('cache-control'), 'no-store');
  });

  await t.test('releases its slot when its client disconnects', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const subscriber = await reading(t, server, subscribeWithLongPoll(visitor), visitor.uuid);
    subscriber.close();
    await until(() => server.live.countSubscribers(visitor.uuid) === 0);
  });
});

t.test('a subscriber that does not read', beside, async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const many = 1_500;
  await server.sql`
    insert into events (session_uuid, seq, type, data)
    select ${visitor.uuid}, i, 'file_deleted', jsonb_build_object('file_id', repeat('x', 8000))
    from generate_series(1, ${many}::int) i`;
  await server.sql`update visits set last_event = ${many} where uuid = ${visitor.uuid}`;
  let response: ServerResponse | undefined;
  server.app.server.once('request', (_request, given: ServerResponse) => {
    response = given;
  });
  const socket = net.connect(server.config.port, 'localhost');
  t.teardown(() => socket.destroy());
  const heads = Object.entries({host: 'localhost', ...visitor.credentials});
  socket.write(
    `GET /api/events HTTP/1.1\r\n${heads.map((head) => head.join(': ')).join('\r\n')}\r\n\r\n`,
  );
  await once(socket, 'readable');
  await until(() => server.live.countSubscribers(visitor.uuid) === 1);

  await t.test('does not block others, and little is buffered for it', async (t) => {
    const other = subscribeWithSse(visitor, {after: many});
    t.teardown(() => other.close());
    await callSuccessfully(() => visitor.upload(makePdf(), {key: randomUUID()}));
    t.match(await untilReceived(other, 1), [{seq: many + 1}]);
    await until(() => response?.writableNeedDrain ?? false);
    const waiting = response?.writableLength ?? Infinity;
    t.ok(waiting > 0 && waiting < 128 * 1024, `${waiting} bytes wait`);
  });

  await t.test('is disconnected, and misses nothing when it reconnects', async (t) => {
    await until(() => server.live.countSubscribers(visitor.uuid) === 0, 60_000);
    let text = '';
    for await (const bytes of socket) text += String(bytes);
    const read = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    t.ok(read.length < many, `it has read ${read.length}`);

    const back = subscribeWithSse(visitor, {after: read.at(-1) ?? 0});
    t.teardown(() => back.close());
    await untilReceived(back, many + 1 - read.length, 60_000);

    const seqs = [...read, ...back.events.map(({seq}) => seq)];
    t.same(
      seqs,
      Array.from({length: many + 1}, (_, i) => i + 1),
    );
  });
});

t.test('a server without its listening connection polls for events', beside, async (t) => {
  const server = await startServer(t);
  const databaseUrl = 'postgres://127.0.0.1:1/nobody';
  const deaf = await startServer(t, {beside: server, deps: {databaseUrl}});
  const visitor = await Visitor.consenting(server.url);
  const subscriber = await reading(t, deaf, subscribeWithSse(visitor.at(deaf.url)), visitor.uuid);
  t.match((await request(deaf.url, 'GET', '/metrics')).body, {text: /maria_notices_heard 0/});
  await until(() => server.live.isListening);
  t.match((await request(server.url, 'GET', '/metrics')).body, {text: /maria_notices_heard 1/});

  await visitor.upload(makePdf());

  // Without notifications, the server polls more often than every 15 s.
  t.match(await untilReceived(subscriber, 1, 10_000), [{seq: 1}]);
});

t.test('events that were committed without a notification are sent', beside, async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const subscriber = await reading(t, server, subscribeWithSse(visitor), visitor.uuid);
  await until(() => server.live.isListening);
  await server.sql`
    insert into events (session_uuid, seq, type) values (${visitor.uuid}, 1, 'email_verified')`;
  await server.sql`update visits set last_event = 1 where uuid = ${visitor.uuid}`;

  t.match(
    await untilReceived(subscriber, 1, 60_000),
    [{seq: 1}],
    'the regular poll finds the event',
  );
});

t.test('a server whose notifications stop polls for events', beside, async (t) => {
  const server = await startServer(t);
  const {proxy, url} = await NotificationProxy.start(t, server.config.databaseUrl ?? '');
  const deaf = await startServer(t, {beside: server, deps: {databaseUrl: url}});
  const visitor = await Visitor.consenting(server.url);
  const subscriber = await reading(t, deaf, subscribeWithSse(visitor.at(deaf.url)), visitor.uuid);
  await until(() => deaf.live.isListening);

  proxy.isBlocking = true;
  await until(() => !deaf.live.isListening);
  await visitor.upload(makePdf());
  t.match(await untilReceived(subscriber, 1, 10_000), [{seq: 1}], 'the server polls for events');
  proxy.isBlocking = false;

  await until(() => deaf.live.isListening);
});
