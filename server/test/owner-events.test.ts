import t from 'tap';

import {accountCommand} from '../accounts/command.js';
import {endAllSessions} from '../accounts/session-store.js';
import type {AccountSessions} from '../contract/owner.js';
import type {OwnerEvent, OwnerEventPage} from '../contract/owner-events.js';
import {MAX_STREAMS_PER_ACCOUNT} from '../contract/owner-events.js';
import {readBlocks} from './event-subscribers.js';
import {makePdf} from './pdf.js';
import {OwnerClient} from './owner-client.js';
import {callSuccessfully} from './retry-while-busy.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const EVENTS = '/api/owner/events';

interface Stream {
  events: OwnerEvent[];
  isOpen: () => boolean;
  /** Status of a refused stream, or `end`. */
  ended: Promise<string>;
  close: () => void;
}

/** Opens a stream and waits until it has begun, or was refused. */
const open = async (client: OwnerClient): Promise<Stream> => {
  const events: OwnerEvent[] = [];
  const leaving = new AbortController();
  const response = await fetch(`${client.url}${EVENTS}`, {
    headers: client.headers,
    signal: leaving.signal,
  });
  let isOpen = response.status === 200;
  const read = async () => {
    if (!isOpen) return String(response.status);
    for await (const block of readBlocks(response)) {
      const [, json] = /^data: (.*)$/m.exec(block) ?? [];
      if (json !== undefined) events.push(JSON.parse(json) as OwnerEvent);
    }
    return 'end';
  };
  const ended = read()
    .catch((error: unknown) => (error as Error).name)
    .finally(() => {
      isOpen = false;
    });
  return {events, isOpen: () => isOpen, ended, close: () => leaving.abort()};
};

t.test('live events of the console, on two servers', async (t) => {
  const first = await startServer(t);
  const second = await startServer(t, {beside: first});
  await until(() => first.live.isListening && second.live.isListening);
  const owner = await OwnerClient.create(first);
  const submit = async (url: string) => {
    await first.sql`delete from mail_counts`;
    const visitor = await Visitor.consenting(url);
    await callSuccessfully(() => visitor.contact('zora@example.com'));
    return visitor;
  };
  const uuids = ({events}: Stream) =>
    events.map(({data}) => ('uuid' in data ? data.uuid : undefined));

  await t.test('report a lead that changes at either server', async (t) => {
    const streams = [await open(owner), await open(owner.at(second.url))];
    const lead = await submit(second.url);
    await Promise.all(streams.map((stream) => until(() => stream.events.length > 0)));

    for (const stream of streams) {
      t.match(stream.events[0], {
        ...{seq: null, type: 'lead_changed', data: {uuid: lead.uuid, site: 'demo'}},
      });
      stream.close();
    }
  });

  await t.test('report no visit that is not a lead, and no lead to others', async (t) => {
    const stream = await open(owner);
    const others = [
      await open(await OwnerClient.create(first, {roles: {questions: 'owner'}})),
      await open(await OwnerClient.create(first, {roles: {demo: 'observer'}})),
    ];
    const visitor = await Visitor.consenting(first.url);
    await visitor.upload(makePdf());
    const lead = await submit(first.url);
    await until(() => uuids(stream).includes(lead.uuid));

    t.notOk(uuids(stream).includes(visitor.uuid));
    t.same(
      others.map(({events}) => events),
      [[], []],
    );
    for (const one of [stream, ...others]) one.close();
  });

  await t.test('report messages and the end of a lead', async (t) => {
    const visitor = await Visitor.consenting(first.url);
    const stream = await open(owner.at(second.url));
    await visitor.call('POST', '/api/messages', {json: {client_id: 'a', body: 'Hello?'}});
    await until(() => uuids(stream).includes(visitor.uuid));
    const seen = stream.events.length;
    await visitor.contact('anna@example.com');
    await visitor.call('DELETE', '/api/session');
    await until(() => uuids(stream).slice(seen).includes(visitor.uuid));

    t.pass();
    stream.close();
  });

  for (const path of ['a stream', 'a long poll'])
    await t.test(`end ${path} at once when its session ends at the other server`, async (t) => {
      const watched = await startServer(t, {beside: first});
      const client = (await OwnerClient.create(first)).at(watched.url);
      const {body} = await client.call<AccountSessions>('GET', '/api/owner/account/sessions');
      const stream = await open(client);
      const poll = client.call<OwnerEventPage>('GET', EVENTS, {
        headers: {accept: 'application/json'},
      });
      const [session] = body.sessions;
      await until(() => watched.limits.ownerStreams.total >= 2 && watched.live.isListening);
      // Without its timer, the server learns of the end only from the notification.
      watched.ownerHub.stop();
      await client
        .at(second.url)
        .call('DELETE', `/api/owner/account/sessions/${session?.id ?? ''}`);

      if (path === 'a stream') {
        t.equal(await stream.ended, 'end');
        t.same(
          stream.events.map(({type}) => type),
          ['signed_out'],
        );
      } else {
        t.match(await poll, {status: 200, body: {events: [{type: 'signed_out', data: {}}]}});
      }
      await poll;
      t.match(await client.call('GET', EVENTS), {status: 401});
    });

  await t.test('end only the streams of the sessions that have ended', async (t) => {
    const client = await OwnerClient.create(first);
    const [gone, kept] = [await open(client), await open(owner)];
    await endAllSessions(second.sql, client.accountId);

    t.equal(await gone.ended, 'end');
    t.ok(kept.isOpen());
    kept.close();
  });

  const PEOPLE = '/api/owner/sites/demo/people';
  const acts: Record<string, (client: OwnerClient) => Promise<unknown>> = {
    'a lower role': ({accountId}) =>
      owner.call('PATCH', `${PEOPLE}/${accountId}`, {json: {role: 'observer'}}),
    'a removal': ({accountId}) => owner.call('DELETE', `${PEOPLE}/${accountId}`),
    'a sign-out everywhere': async (client) =>
      (await client.signInAgain(first.sql)).call('POST', '/api/owner/sign-out', {
        json: {everywhere: true},
      }),
    'the command sign-out': ({email}) => runCommand(first, accountCommand, 'sign-out', email),
    'the command remove': ({email}) => runCommand(first, accountCommand, 'remove', email),
  };
  for (const [act, end] of Object.entries(acts))
    await t.test(`end on the other server after ${act}`, async (t) => {
      const client = (await OwnerClient.create(first, {roles: {demo: 'agent'}})).at(second.url);
      const stream = await open(client);
      t.ok(stream.isOpen());
      await end(client.at(first.url));

      t.equal(await stream.ended, 'end');
      t.equal((await client.call('GET', EVENTS)).status, 401);
    });

  await t.test('come by long poll, and never twice in one response', async (t) => {
    const poll = owner.call<OwnerEventPage>('GET', EVENTS, {
      headers: {accept: 'application/json'},
    });
    await until(() => first.limits.ownerStreams.total > 0);
    const lead = await submit(second.url);

    const {status, body} = await poll;
    t.equal(status, 200);
    t.match(body.events, [{type: 'lead_changed', data: {uuid: lead.uuid, site: 'demo'}}]);
    t.equal(body.events.length, 1);
  });

  await t.test('have a limit of streams for each account', async (t) => {
    await until(() => first.limits.ownerStreams.total === 0);
    const streams: Stream[] = [];
    for (let i = 0; i < MAX_STREAMS_PER_ACCOUNT; i++) streams.push(await open(owner));
    t.ok(streams.every(({isOpen}) => isOpen()));
    const refused = await open(await owner.signInAgain(first.sql));
    t.equal(await refused.ended, '503');
    const other = await open(await OwnerClient.create(first));
    t.ok(other.isOpen());

    streams[0]?.close();
    await until(async () => {
      const again = await open(owner);
      again.close();
      return (await again.ended) !== '503';
    });
    for (const stream of [...streams, other]) stream.close();
  });

  await t.test('end when notifications were missed, so that the console loads again', async (t) => {
    const stream = await open(owner.at(second.url));
    await first.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'maria-chat listener'`;

    t.equal(await stream.ended, 'end');
    await until(() => first.live.isListening && second.live.isListening);
  });

  await t.test('end when the server stops', async (t) => {
    const third = await startServer(t, {beside: first});
    const stream = await open(owner.at(third.url));
    await third.app.close();

    t.equal(await stream.ended, 'end');
  });
});
