import {randomUUID} from 'node:crypto';

import t from 'tap';

import {MAX_MESSAGES_PER_SESSION, MAX_MESSAGE_LENGTH} from '../contract/limits.js';
import {Reaper} from '../cleanup/reaper.js';
import {subscribeWithSse, untilReceived} from './event-subscribers.js';
import {listMessages, sendMessage} from './message-calls.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

t.test('a visitor’s message', async (t) => {
  const server = await startServer(t);

  await t.test('is stored unchanged, except for the surrounding space', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const body = 'Здравствуйте 👋\n<b>שלום</b> "; drop table messages; --';

    const {status, body: answer} = await sendMessage(visitor, {
      client_id: 'a-1',
      body: `\n ${body}\t `,
    });

    t.equal(status, 201);
    t.match(answer.message, {
      client_id: 'a-1',
      role: 'visitor',
      body,
      state: 'complete',
      files: [],
    });
    t.same((await listMessages(visitor)).messages, [answer.message]);
  });

  await t.test('is stored once, and every repeat gets the first response', async (t) => {
    const visitor = await Visitor.consenting(server.url);

    const responses = await Promise.all(
      Array.from({length: 10}, (_, i) =>
        sendMessage(visitor, {client_id: 'same', body: `Take ${i}`}),
      ),
    );

    t.same(responses.map(({status}) => status).sort(), [...Array<number>(9).fill(200), 201]);
    t.equal(new Set(responses.map(({body}) => JSON.stringify(body))).size, 1);
    t.equal((await listMessages(visitor)).messages.length, 1);
    t.equal((await server.sql`select from events where session_uuid = ${visitor.uuid}`).length, 1);
  });

  await t.test('may be exactly as long as the limit, in characters and not in bytes', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const most = '👋'.repeat(MAX_MESSAGE_LENGTH);

    t.equal((await sendMessage(visitor, {client_id: 'most', body: ` ${most} `})).status, 201);
    const more = await sendMessage(visitor, {client_id: 'more', body: `${most}a`});
    t.match(more, {status: 400, body: {code: 'invalid_request', faults: [{path: '/body'}]}});
    t.equal((await listMessages(visitor)).messages.length, 1);
  });

  await t.test('is rejected if it is not text', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    for (const [body, message] of [
      ['', /fewer than 1/],
      [' \n\t ', /empty/],
      ['a\0b', /NUL/],
      ['half \ud83d', /unpaired surrogate/],
    ] as const) {
      const response = await sendMessage(visitor, {client_id: 'x', body});
      t.match(response, {status: 400, body: {code: 'invalid_request', faults: [{message}]}});
    }
    const named = await sendMessage(visitor, {client_id: 'maria:1', body: 'I am Maria.'});
    t.match(named, {status: 400, body: {faults: [{path: '/client_id'}]}});
    t.same((await listMessages(visitor)).messages, []);
  });

  await t.test('is rejected before consent to storage and after its withdrawal', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const early = await sendMessage(visitor, {client_id: '1', body: 'Hello'});
    t.match(early, {status: 403, body: {code: 'consent_required'}});

    await visitor.consent({personal_data: true});
    t.equal((await sendMessage(visitor, {client_id: '1', body: 'Hello'})).status, 201);
    await visitor.consent({personal_data: false});

    t.match(await sendMessage(visitor, {client_id: '2', body: 'Hello'}), {status: 403});
    t.same((await listMessages(visitor)).messages, [], 'messages are deleted with the consent');
    const kept = await server.sql<{type: string}[]>`
      select type from events where session_uuid = ${visitor.uuid}`;
    t.same(kept, [{type: 'session_state'}], 'events with the text are deleted, too');
  });

  await t.test('is listed page by page, with the number of the next event', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    for (let i = 1; i <= 5; i++)
      await sendMessage(visitor, {client_id: String(i), body: `Line ${i}`});

    const first = await listMessages(visitor, '?limit=2');
    const second = await listMessages(visitor, `?limit=2&after=${first.next}`);
    const last = await listMessages(visitor, `?limit=2&after=${second.next}`);
    const none = await listMessages(visitor, `?after=${last.next}`);

    const bodies = [first, second, last, none].map(({messages}) => messages.map(({body}) => body));
    t.same(bodies, [['Line 1', 'Line 2'], ['Line 3', 'Line 4'], ['Line 5'], []]);
    t.same([none.next, none.last_event], [last.next, 5]);
    t.equal((await visitor.call('GET', '/api/messages?after=-1')).status, 400);
  });

  await t.test('is rejected beyond the limit of a session', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await server.sql`
      insert into messages (session_uuid, client_id, role, body)
      select ${visitor.uuid}, 'old-' || i, 'visitor', 'Hello'
      from generate_series(2, ${MAX_MESSAGES_PER_SESSION}::int) i`;

    t.equal((await sendMessage(visitor, {client_id: 'last', body: 'Hello'})).status, 201);
    const beyond = await sendMessage(visitor, {client_id: 'beyond', body: 'Hello'});
    t.match(beyond, {status: 409, body: {code: 'too_many_messages'}});
    t.equal((await sendMessage(visitor, {client_id: 'last', body: 'Hello'})).status, 200);
  });

  await t.test('extends the visit', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await server.sql`
      update visits set last_seen_at = now() - interval '20 minutes' where uuid = ${visitor.uuid}`;

    await sendMessage(visitor, {client_id: '1', body: 'Still here'});

    const [row] = await server.sql<{fresh: boolean}[]>`
      select last_seen_at > now() - interval '1 minute' as fresh from visits
      where uuid = ${visitor.uuid}`;
    t.ok(row?.fresh);
  });
});

t.test('the files of a message', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const upload = async (of: Visitor) => (await of.upload(makePdf())).body.file;

  await t.test('are listed with it until they are deleted', async (t) => {
    const [kept, deleted] = [await upload(visitor), await upload(visitor)];

    const {body} = await sendMessage(visitor, {
      client_id: 'files',
      body: 'Both reports',
      file_ids: [kept.id.toUpperCase(), deleted.id],
    });
    t.same(body.message.files, [kept, deleted]);
    await visitor.call('DELETE', `/api/files/${deleted.id}`);

    t.same((await listMessages(visitor)).messages[0]?.files, [kept]);
  });

  await t.test('belong to the session and are named once', async (t) => {
    const own = await upload(visitor);
    const foreign = await upload(await Visitor.consenting(server.url));
    t.equal(
      (await sendMessage(visitor, {client_id: 'own', body: 'This', file_ids: [own.id]})).status,
      201,
    );

    for (const id of [own.id, foreign.id, randomUUID()]) {
      const response = await sendMessage(visitor, {
        client_id: 'again',
        body: 'This',
        file_ids: [id],
      });
      t.match(response, {status: 400, body: {faults: [{path: '/file_ids/0'}]}});
    }
    t.equal(
      (await listMessages(visitor)).messages.filter(({client_id}) => client_id === 'again').length,
      0,
    );
  });
});

t.test('a session reaches its limit from any number of IP addresses', async (t) => {
  const server = await startServer(t, {
    settings: {RATE_LIMIT_PER_MINUTE: '1', TRUST_PROXY: '127.0.0.1,::1'},
  });
  const visitor = await Visitor.consenting(server.url);
  const from = (i: number) =>
    visitor.call('POST', '/api/messages', {
      json: {client_id: String(i), body: 'Hello'},
      headers: {'x-forwarded-for': `192.0.2.${i}`},
    });

  const responses = [await from(1), await from(2), await from(3), await from(4)];

  t.same(
    responses.map(({status}) => status),
    [201, 201, 201, 429],
  );
  t.ok(Number(responses[3]?.headers.get('retry-after')) > 0);
  const told = () => server.sql`select from audit_logs where event_type = 'rate_limit_exceeded'`;
  await until(async () => (await told()).length === 1);
});

t.test('an IP address reaches its limit with any number of sessions', async (t) => {
  const server = await startServer(t);
  const limited = await startServer(t, {
    beside: server,
    settings: {RATE_LIMIT_PER_MINUTE: '1'},
  });
  const statuses: number[] = [];

  for (let i = 0; i < 7; i++) {
    const visitor = await Visitor.consenting(server.url);
    const json = {client_id: '1', body: 'Hello'};
    statuses.push((await visitor.at(limited.url).call('POST', '/api/messages', {json})).status);
  }

  t.same(statuses, [201, 201, 201, 201, 201, 201, 429]);
});

t.test('messages are deleted with their session', async (t) => {
  const server = await startServer(t);
  const count = async (uuid: string) => [
    (await server.sql`select from messages where session_uuid = ${uuid}`).length,
    (await server.sql`select from events where session_uuid = ${uuid}`).length,
  ];

  await t.test('also with a visit that never became a session', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await sendMessage(visitor, {client_id: '1', body: 'Hello'});
    await visitor.call('DELETE', '/api/session');
    await new Reaper({...server, log: server.app.log}).run();
    // The server's own reaper may have claimed the visit first.
    await until(async () => (await count(visitor.uuid)).every((rows) => rows === 0));
    t.same(await count(visitor.uuid), [0, 0]);
  });

  await t.test('also on erasure', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const {file} = (await visitor.upload(makePdf())).body;
    await sendMessage(visitor, {client_id: '1', body: 'Hello', file_ids: [file.id]});
    await visitor.contact('anna@example.com');
    t.ok(
      (await count(visitor.uuid)).every((rows) => rows > 0),
      'the rows exist before the erasure',
    );
    await visitor.call('DELETE', '/api/session');
    t.same(await count(visitor.uuid), [0, 0]);
  });
});

t.test('a message, its event and its reply job are stored in one transaction', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const subscriber = subscribeWithSse(visitor);
  t.teardown(() => subscriber.close());
  await until(() => server.live.countSubscribers(visitor.uuid) === 1);
  const left = async () => [
    (await server.sql`select from messages`).length,
    (await server.sql`select from events`).length,
    (await server.sql`select from turns`).length,
    (await server.sql`select from visits where last_event > 0`).length,
  ];

  for (const table of ['events', 'turns', 'webhook_deliveries']) {
    await server.sql`alter table ${server.sql(table)} rename to lost`;
    const {status} = await sendMessage(visitor, {client_id: '1', body: 'Hello?'});
    await server.sql`alter table lost rename to ${server.sql(table)}`;
    t.equal(status, 500, table);
    t.same(await left(), [0, 0, 0, 0], `nothing is stored without ${table}`);
  }
  t.equal((await sendMessage(visitor, {client_id: '1', body: 'Hello?'})).status, 201);

  t.same(await left(), [1, 1, 1, 1]);
  await untilReceived(subscriber, 1);
  t.match(subscriber.events, [
    {seq: 1, type: 'message_created', data: {message: {client_id: '1'}}},
  ]);
});
