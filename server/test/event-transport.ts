import type {Test} from 'tap';

import type {MessageResponse} from '../contract/messages.js';
import {getTypes, untilReceived} from './event-subscribers.js';
import type {Subscribe} from './event-subscribers.js';
import {getConfirmationLink} from './mailbox.js';
import {makePdf} from './pdf.js';
import {addSite} from './session-helpers.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const sendMessage = (visitor: Visitor, body: string) =>
  visitor.call<MessageResponse>('POST', '/api/messages', {json: {client_id: body, body}});

export interface TransportUnderTest {
  server: TestServer;
  /** URL of the server, or of the proxy before it. */
  url: string;
  open: Subscribe;
}

/** Tests what must be true for every transport of events, with or without a proxy. */
export const testEventTransport = async (
  t: Test,
  {server, url, open}: TransportUnderTest,
): Promise<void> => {
  await t.test('sends all events of a session, in order and with their data', async (t) => {
    const visitor = await Visitor.consenting(url);
    const subscriber = open(visitor);
    t.teardown(() => subscriber.close());

    const {file} = (await visitor.upload(makePdf(), {name: 'Gutachten.pdf'})).body;
    const {message} = (await sendMessage(visitor, 'Hello')).body;
    await visitor.call('DELETE', `/api/files/${file.id}`);
    const address = `anna-${visitor.uuid}@example.com`;
    await visitor.contact(address);
    const mail = await server.mailbox.waitFor(address);
    await fetch(getConfirmationLink(mail), {method: 'POST'});
    const events = await untilReceived(subscriber, 6);

    t.same(
      events.map(({seq, type, data}) => ({seq, type, data})),
      [
        {seq: 1, type: 'file_upload_complete', data: {file}},
        {seq: 2, type: 'message_created', data: {message}},
        {seq: 3, type: 'file_deleted', data: {file_id: file.id}},
        {seq: 4, type: 'session_state', data: {state: 'pending'}},
        {seq: 5, type: 'email_verified', data: {}},
        {seq: 6, type: 'session_state', data: {state: 'complete'}},
      ],
    );
    t.ok(events.every(({at}) => /^\d{4}-.*Z$/.test(at)));
    t.notMatch(JSON.stringify(events), /anna/i, 'no name or e-mail address among them');
  });

  await t.test('continues after a sequence number', async (t) => {
    const visitor = await Visitor.consenting(url);
    for (const body of ['one', 'two', 'three']) await sendMessage(visitor, body);
    const subscriber = open(visitor, {after: 2});
    t.teardown(() => subscriber.close());

    await sendMessage(visitor, 'four');

    t.same(
      (await untilReceived(subscriber, 2)).map(({seq}) => seq),
      [3, 4],
    );
  });

  await t.test('pages through many stored events', async (t) => {
    const visitor = await Visitor.consenting(url);
    const many = 500;
    await server.sql`
      insert into events (session_uuid, seq, type, data)
      select ${visitor.uuid}, i, 'file_deleted', jsonb_build_object('file_id', repeat('x', 2000))
      from generate_series(1, ${many}::int) i`;
    await server.sql`update visits set last_event = ${many} where uuid = ${visitor.uuid}`;

    const subscriber = open(visitor);
    t.teardown(() => subscriber.close());

    t.same(
      (await untilReceived(subscriber, many)).map(({seq}) => seq),
      Array.from({length: many}, (_, i) => i + 1),
    );
  });

  await t.test('continues from the end if the given sequence number is too high', async (t) => {
    const visitor = await Visitor.consenting(url);
    await sendMessage(visitor, 'one');
    const subscriber = open(visitor, {after: 7});
    t.teardown(() => subscriber.close());
    await until(() => server.live.countSubscribers(visitor.uuid) === 1);

    await sendMessage(visitor, 'two');

    t.match(await untilReceived(subscriber, 1), [{seq: 2}], 'as after a restored backup');
  });

  await t.test('begins before the first change', async (t) => {
    const visitor = await Visitor.arrive(url);
    const subscriber = open(visitor);
    t.teardown(() => subscriber.close());

    await visitor.consent({personal_data: true});
    await sendMessage(visitor, 'Hello');

    t.same(getTypes({...subscriber, events: await untilReceived(subscriber, 1)}), [
      'message_created',
    ]);
  });

  await t.test('ends with the session and its final state', async (t) => {
    for (const [state, end] of [
      ['gone', (visitor: Visitor) => visitor.call('DELETE', '/api/session')],
      [
        'erased',
        async (visitor: Visitor) => {
          await visitor.contact(`gone-${visitor.uuid}@example.com`);
          await visitor.call('DELETE', '/api/session');
        },
      ],
    ] as const) {
      const visitor = await Visitor.consenting(url);
      await sendMessage(visitor, 'Hello');
      const reader = open(visitor);
      await untilReceived(reader, 1);

      await end(visitor);

      t.match(await reader.ended, /^(end|410|4410)$/);
      t.match(reader.events.at(-1), {type: 'session_state', data: {state}});
      t.match(await open(visitor).ended, /^4?410$/, 'a new subscriber is refused');
    }
  });

  await t.test('requires the token and a page of the site', async (t) => {
    const visitor = await Visitor.consenting(url);
    const other = await Visitor.consenting(url);
    const thief = new Visitor(url, visitor.uuid, other.token);
    t.match(await open(thief).ended, /^4?401$/);
    const headers = {origin: 'https://elsewhere.example'};
    t.match(await open(visitor, {headers}).ended, /^4?403$/);

    await addSite(server, 'acme', ['https://www.example.com']);
    const guest = await Visitor.arrive(url, 'acme');
    await guest.consent({personal_data: true});
    await sendMessage(guest, 'Hello');
    const subscriber = open(guest, {headers: {origin: 'https://www.example.com'}});
    t.teardown(() => subscriber.close());
    await untilReceived(subscriber, 1);
    t.pass('a page of the site may read');
  });

  await t.test('ends for a token that another token has replaced', async (t) => {
    const visitor = await Visitor.arrive(url);
    const subscriber = open(visitor);
    await until(() => server.live.countSubscribers(visitor.uuid) === 1);
    await server.sql`
      insert into visits (uuid, site_key, token_hash)
      values (${visitor.uuid}, 'demo', sha256('another'))`;
    await server.sql`select pg_notify('maria_news', ${`${visitor.uuid} 0`})`;

    t.match(await subscriber.ended, /^(end|401|4401)$/);
    t.match(subscriber.events, [{seq: null, type: 'session_state', data: {state: 'refused'}}]);
  });

  await t.test('has a limit of concurrent subscribers, and slots are released', async (t) => {
    const visitor = await Visitor.consenting(url);
    await sendMessage(visitor, 'Hello');
    const subscribers = Array.from({length: 10}, () => open(visitor, {after: 0}));
    t.teardown(() => {
      for (const subscriber of subscribers) subscriber.close();
    });
    await Promise.all(subscribers.map((subscriber) => untilReceived(subscriber, 1)));
    await until(() => server.live.countSubscribers(visitor.uuid) === subscribers.length);

    t.match(await open(visitor, {after: 1}).ended, /^4?503$/);
    subscribers[0]?.close();
    await until(() => server.live.countSubscribers(visitor.uuid) < subscribers.length);
    const next = open(visitor, {after: 0});
    t.teardown(() => next.close());
    await untilReceived(next, 1);
  });

  await t.test('does not extend a visit', async (t) => {
    const visitor = await Visitor.consenting(url);
    await server.sql`
      update visits set last_seen_at = now() - interval '20 minutes' where uuid = ${visitor.uuid}`;
    const subscriber = open(visitor);
    t.teardown(() => subscriber.close());
    await server.messageService.writeMessage(visitor.uuid, {
      role: 'agent',
      clientId: '1',
      body: 'Hello?',
    });
    await untilReceived(subscriber, 1);

    const [row] = await server.sql<{old: boolean}[]>`
      select last_seen_at < now() - interval '19 minutes' as old from visits
      where uuid = ${visitor.uuid}`;
    t.ok(row?.old);
  });
};
