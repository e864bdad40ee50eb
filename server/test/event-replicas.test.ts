import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';
import type {Test} from 'tap';

import type {LiveEvent} from '../contract/events.js';
import type {Sql} from '../database/sql.js';
import {getLastEventNumber, recordEvents} from '../events/store.js';
import {transaction} from '../database/transaction.js';
import {TRANSPORTS} from './event-subscribers.js';
import type {Subscribe} from './event-subscribers.js';
import {FaultProxy} from './fault-proxy.js';
import {getConfirmationLink} from './mailbox.js';
import {TestCluster} from './test-cluster.js';
import {makePdf} from './pdf.js';
import {startProcessBeside} from './server-process.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/** Minimum number of events. `EVENTS=10000` is the long run. */
const EVENTS = Number(process.env['EVENTS'] ?? 500);
const WRITERS = 2;
/** Number of events in one transaction. */
const BATCH = 9;
/** Time that a subscriber stays connected to one server after its first event there. */
const STAY_MS = 50;
/** Maximum wait for a first event, which may never come. */
const WAIT_MS = 1_000;
const AWAY_MS = 10_000;
const DONE_WITHIN_MS = 60_000 + EVENTS * 20;

interface Restless {
  readonly events: LiveEvent[];
  visits: number;
  stop: () => Promise<void>;
}

/** Reads from the servers in turn, and continues each time after the last received event. */
const readRestlessly = (open: Subscribe, visitor: Visitor, urls: string[]): Restless => {
  const events: LiveEvent[] = [];
  let stopped = false;
  const restless = {events, visits: 0, stop: async () => undefined as void};
  const read = async () => {
    while (!stopped) {
      const url = urls[restless.visits++ % urls.length] ?? '';
      const after = events.at(-1)?.seq ?? 0;
      const subscriber = open(visitor.at(url), {after});
      await until(() => subscriber.events.length > 0, WAIT_MS).catch(() => undefined);
      await sleep(STAY_MS);
      subscriber.close();
      events.push(...subscriber.events.filter(({seq}) => seq !== null));
      await subscriber.ended;
    }
  };
  const reading = read();
  restless.stop = async () => {
    stopped = true;
    await reading;
  };
  return restless;
};

/** Writes until `EVENTS` events are stored, also while the database fails. */
const write = async ({sql, messageService}: TestServer, uuid: string, writer: number) => {
  for (let i = 0; (await countOf(sql, uuid)) < EVENTS; i++) {
    const named = {role: 'agent', clientId: `${writer}-${i}`, body: 'Hello'} as const;
    const deleted = () => ({type: 'file_deleted', data: {file_id: randomUUID()}}) as const;
    const batch = Array.from({length: BATCH}, deleted);
    await messageService
      .writeMessage(uuid, named)
      .then(() => transaction(sql, (tx) => recordEvents(tx, uuid, ...batch)))
      .catch(() => sleep(100));
  }
};

const countOf = (sql: Sql, uuid: string): Promise<number> =>
  getLastEventNumber(sql, uuid).catch(() => 0);

const run = async (
  t: Test,
  {server, urls}: {server: TestServer; urls: string[]},
  during: () => Promise<void> = async () => undefined,
) => {
  const visitor = await Visitor.consenting(server.url);
  const readers = Object.values(TRANSPORTS).map((open) => readRestlessly(open, visitor, urls));
  const writers = Array.from({length: WRITERS}, (_, i) => write(server, visitor.uuid, i));
  await during();
  await Promise.all(writers);
  const kept = await server.sql<{seq: number; type: string; data: object}[]>`
    select seq::float8 as seq, type, data from events
    where session_uuid = ${visitor.uuid} order by seq`;
  await until(
    () => readers.every(({events}) => (events.at(-1)?.seq ?? 0) >= kept.length),
    DONE_WITHIN_MS,
  );
  t.same(
    kept.map(({seq}) => seq),
    kept.map((_, i) => i + 1),
    'the numbers have no gap',
  );
  for (const reader of readers) {
    await reader.stop();
    const received = reader.events.map(({seq, type, data}) => ({seq, type, data}));
    t.equal(
      JSON.stringify(received),
      JSON.stringify(kept),
      `received all events once, in ${reader.visits} visits`,
    );
    t.ok(reader.visits > 2);
  }
};

// All tests have ended here. Node would close the open connections itself, but it waits forever, at
// full CPU load, for one of the many broken connections.
process.once('beforeExit', () => process.exit());

t.test('subscribers that switch between two servers', async (t) => {
  const server = await startServer(t);
  const direct = server.config.databaseUrl ?? '';
  const database = await FaultProxy.start(t, direct);
  const behind = {DATABASE_URL: database.replaceHost(direct), MAX_STREAMS_PER_SESSION: '100'};
  const urls = [
    (await startProcessBeside(t, server, behind)).url,
    (await startProcessBeside(t, server, behind)).url,
  ];

  await t.test('receive each event once', async (t) => {
    await run(t, {server, urls});
  });

  await t.test('receive each event once although their servers lose the database', async (t) => {
    await run(t, {server, urls}, async () => {
      await sleep(300);
      await database.set('freeze');
      await sleep(3_000);
      await database.set('pass');
      await sleep(500);
      await database.set('refuse');
      await sleep(1_000);
      await database.set('pass');
    });
  });

  await t.test('are notified of files and of the e-mail address by announcements', async (t) => {
    const visitor = await Visitor.consenting(urls[0] ?? '');
    const subscribers = Object.values(TRANSPORTS).map((open) => open(visitor.at(server.url)));
    t.teardown(() => {
      for (const subscriber of subscribers) subscriber.close();
    });
    // Without its poll timer, this server learns about the others' events only from PostgreSQL.
    clearInterval(server.live['timer']);
    await until(() => server.live.isListening && server.live.countSubscribers(visitor.uuid) >= 2);
    for (const turn of [1, 2]) {
      const {file} = (await visitor.upload(makePdf())).body;
      await until(() => subscribers.every(({events}) => events.length === 4 * turn - 3));
      await visitor.call('DELETE', `/api/files/${file.id}`);
      await until(() => subscribers.every(({events}) => events.length === 4 * turn - 2));
      await visitor.upload(makePdf());
      await until(() => subscribers.every(({events}) => events.length === 4 * turn - 1));
      const [again] = await visitor.files();
      await visitor.call('DELETE', `/api/files/${again?.id}`);
      await until(() => subscribers.every(({events}) => events.length === 4 * turn));
    }
    await visitor.contact('anna@example.com');
    const link = getConfirmationLink(await server.mailbox.waitFor('anna@example.com'));
    await until(() => subscribers.every(({events}) => events.length === 9));
    await fetch(link, {method: 'POST'});
    await until(() => subscribers.every(({events}) => events.length === 11));
    t.ok(subscribers.every(({events}) => events[9]?.type === 'email_verified'));
  });
});

t.test('a database that stops and starts again', async (t) => {
  const cluster = await TestCluster.start(t);
  const settings = {MAX_STREAMS_PER_SESSION: '100'};
  const server = await startServer(t, {settings: {DATABASE_URL: cluster.url, ...settings}});
  const urls = [
    (await startProcessBeside(t, server, settings)).url,
    (await startProcessBeside(t, server, settings)).url,
  ];

  await t.test('after a kill and an immediate start', async (t) => {
    await run(t, {server, urls}, async () => {
      await sleep(500);
      await cluster.crash();
    });
  });

  await t.test('after a shutdown of ten seconds', async (t) => {
    await run(t, {server, urls}, async () => {
      await sleep(500);
      await cluster.stopFor(AWAY_MS);
    });
  });
});
