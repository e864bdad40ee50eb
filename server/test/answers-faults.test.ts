import {once} from 'node:events';
import net from 'node:net';
import type {AddressInfo} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';
import type {Test} from 'tap';

import {connectDatabase} from '../database/connect.js';
import {TransientEvents} from '../events/transient-events.js';
import type {DiskObjects} from '../object-store/disk.js';
import {ResponderService} from '../responders/service.js';
import {DEMO_OWNER} from '../text/email.js';
import {
  AI_CONSENT_CONVERSATION,
  getResponderSettings,
  waitForReplies,
  bodiesWithState,
  startModelServer,
  startReceiver,
  writeMessage,
  startServerWithModel,
} from './responder-helpers.js';
import {createFailingStore} from './failing-store.js';
import {FaultProxy} from './fault-proxy.js';
import {Locks} from './held-lock.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {makeTextPdf} from './text-pdf.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const startWithStore = async (t: Test, failing: Partial<DiskObjects>) => {
  const model = await startModelServer(t);
  const server = await startServer(t, {
    repliesToMessages: true,
    settings: getResponderSettings(model),
    deps: {objects: await createFailingStore(t, failing)},
  });
  await server.sql`update sites set settings = ${JSON.stringify({
    conversation: AI_CONSENT_CONVERSATION,
    responder_documents: true,
  })}::text::jsonb`;
  const visitor = await Visitor.consenting(server.url);
  await visitor.consent({ai_answers: true});
  await visitor.upload(makeTextPdf([['A page.']]));
  return {...server, model, visitor};
};

const getOutcome = async ({sql}: TestServer, uuid: string): Promise<string> => {
  let outcome: string | null = null;
  await until(async () => {
    const [row] = await sql<{outcome: string | null}[]>`
      select outcome from turns where session_uuid = ${uuid} order by message_id desc limit 1`;
    outcome = row?.outcome ?? null;
    return outcome !== null;
  });
  return outcome ?? '';
};

const getMailsTo = ({mailbox}: TestServer, address: string) =>
  mailbox.mails.filter(({to}) => to?.[0]?.address === address);

t.test('stop ends a turn while it fetches documents', async (t) => {
  let isFetching = false;
  const {model, ...server} = await startWithStore(t, {
    get: async (_key, signal) => {
      isFetching = true;
      if (signal) await once(signal, 'abort');
      throw new Error('broken off');
    },
  });

  await writeMessage(server.visitor, 'What does it say?');
  await until(() => isFetching);
  await server.visitor.call('POST', '/api/messages/stop');

  t.equal(await getOutcome(server, server.visitor.uuid), 'stopped');
  t.same(await model.getRequests(), []);
  t.same(bodiesWithState(await waitForReplies(server.visitor, 0)), [], 'no message follows a stop');
  t.same(getMailsTo(server, 'operator@example.com'), []);
});

t.test(
  'while the storage is unavailable, a question is not answered without its documents',
  async (t) => {
    const {model, ...server} = await startWithStore(t, {
      get: async () => {
        throw new Error('the bucket does not answer');
      },
    });

    await writeMessage(server.visitor, 'What does it say?');

    t.match(bodiesWithState(await waitForReplies(server.visitor)), [
      /couldn’t answer this.*e\u2011mail/,
    ]);
    t.equal(await getOutcome(server, server.visitor.uuid), 'failed_storage_failed');
    t.same(await model.getRequests(), []);
    await until(() => getMailsTo(server, 'operator@example.com').length === 1);
    await until(() => getMailsTo(server, DEMO_OWNER).length === 1);
  },
);

t.test(
  'a reply that arrives after the end of its session is discarded without an error',
  async (t) => {
    let answer: () => void = () => undefined;
    const receiver = await startReceiver(t, (response) => {
      answer = () => {
        response.writeHead(200, {'content-type': 'application/json'});
        response.end('{"choices":[{"message":{"content":"Too late."}}]}');
      };
    });
    const server = await startServer(t, {
      repliesToMessages: true,
      settings: getResponderSettings(receiver),
    });
    const visitor = await Visitor.consenting(server.url);
    await writeMessage(visitor, 'Hello?');
    await until(() => receiver.requests.length === 1);
    // The session ends between two of the checks that would abort the turn.
    await server.sql`update visits set state = 'purging' where uuid = ${visitor.uuid}`;

    answer();

    t.equal(await getOutcome(server, visitor.uuid), 'gone');
    t.equal((await server.sql`select from messages where role = 'maria'`).length, 0);
    t.same(
      server.logLines.filter(({level}) => (level as number) >= 50),
      [],
    );
  },
);

t.test(
  'nothing is sent to the model when the consent is withdrawn during the preparation',
  async (t) => {
    const {model, server} = await startServerWithModel(t);
    const visitor = await Visitor.consenting(server.url);
    const budgets = await Locks.open(t, server).holdTable('responder_budgets');
    await writeMessage(visitor, 'Hello?');
    await budgets.untilWaiting(1, 'responder_budgets');

    await visitor.consent({personal_data: false});
    await budgets.release();

    await untilEnded(server, 'gone');
    t.same(await model.getRequests(), []);
    t.same(await alertsAndMails(server), []);
    t.same(
      server.logLines.filter(({level}) => (level as number) >= 40),
      [],
    );
  },
);

t.test('a consent that is withdrawn while the responder fails leads to no alert', async (t) => {
  let fail: () => void = () => undefined;
  const receiver = await startReceiver(t, (response) => {
    fail = () => response.writeHead(400).end();
  });
  const server = await startServer(t, {
    repliesToMessages: true,
    settings: getResponderSettings(receiver),
  });
  const visitor = await Visitor.consenting(server.url);
  await writeMessage(visitor, 'Hello?');
  await until(() => receiver.requests.length === 1);
  // The consent ends between two of the checks that would abort the turn.
  await server.sql`
    insert into consents (session_uuid, purpose, decision, wording, wording_sha256, locale)
    select session_uuid, purpose, 'refused', wording, wording_sha256, locale from consents
    where purpose = 'personal_data'`;

  fail();

  await untilEnded(server, 'gone');
  t.same(await alertsAndMails(server), []);
});

const untilEnded = ({url}: TestServer, outcome: string) =>
  until(async () => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return metrics.includes(`maria_answers_total{outcome="${outcome}"} 1`);
  });

/** Returns the queued jobs and the subjects of the sent e-mails. */
const alertsAndMails = async ({sql, mailbox}: TestServer): Promise<unknown[]> => [
  ...(await sql`select payload from jobs`),
  ...mailbox.mails.map(({subject}) => subject),
];

t.test('a reply that ends during an outage of the database is stored after it', async (t) => {
  const model = await startModelServer(t);
  const other = await startServer(t);
  const direct = other.config.databaseUrl ?? '';
  const database = await FaultProxy.start(t, direct);
  const settings = {
    ...getResponderSettings(model, 'slow'),
    DATABASE_URL: database.replaceHost(direct),
  };
  const server = await startServer(t, {repliesToMessages: true, beside: other, settings});
  const visitor = await Visitor.consenting(server.url);

  await writeMessage(visitor, 'one two three four five six seven eight nine ten');
  await until(async () => ((await model.getRequests())[0]?.pieces ?? 0) > 4);
  await database.set('refuse');
  await until(async () => (await model.getRequests())[0]?.outcome === 'done');
  await sleep(2_000);
  await database.set('pass');

  const there = visitor.at(other.url);
  t.same(bodiesWithState(await waitForReplies(there)), [
    'You said: one two three four five six seven eight nine ten',
  ]);
  t.equal(await getOutcome(other, visitor.uuid), 'answered');
});

t.test('a database that is unavailable is not queried without pauses', async (t) => {
  const {config, objects, messageService, sql, app} = await startServer(t);
  let asked = 0;
  const away = net.createServer((socket) => {
    asked++;
    socket.destroy();
  });
  away.listen(0, '127.0.0.1');
  await once(away, 'listening');
  const {port} = away.address() as AddressInfo;
  const nowhere = connectDatabase({url: `postgres://nobody@127.0.0.1:${port}/none`, max: 1});
  const answering = new ResponderService({
    config,
    objects,
    sql: nowhere,
    replyChannel: messageService,
    transientEvents: new TransientEvents(sql),
    log: app.log,
    onMail: () => undefined,
    metrics: {countTurn: () => undefined},
  });
  t.teardown(async () => {
    await answering.stop();
    await nowhere.end({timeout: 0});
    away.close();
  });

  answering.wake();
  await until(() => asked > 0);
  await sleep(2_000);

  t.ok(asked <= 2, `${asked} connections`);
});

t.test('a lapsed turn ends only together with the message to its visitor', async (t) => {
  const before = await startServer(t);
  const visitor = await Visitor.consenting(before.url);
  await writeMessage(visitor, 'Does anybody read this?');
  await before.sql`
    update turns set state = 'running', owner = gen_random_uuid(),
                     leased_until = now() - interval '1 second'`;
  await before.sql`
    create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'refused by the test'; end $$`;
  await before.sql`
    create trigger refuse_answers before insert on messages
      for each row when (new.role = 'maria') execute function refuse()`;

  const server = await startServer(t, {beside: before, repliesToMessages: true});
  server.responderService.wake();
  await until(() => server.logLines.some(({msg}) => msg === 'failed to end a lapsed turn'));

  const [turn] = await server.sql`select state from turns`;
  t.equal(turn?.['state'], 'running');
  t.same(await server.sql`select from jobs where payload->>'template' = 'message'`, []);

  await server.sql`drop trigger refuse_answers on messages`;
  server.responderService.wake();
  await until(async () => (await getOutcome(server, visitor.uuid)) === 'lost');
  const {body} = await visitor.call<{messages: {role: string}[]}>('GET', '/api/messages');
  t.same(
    body.messages.map(({role}) => role),
    ['visitor', 'maria'],
  );
  const mails = await server.sql`
    select from responder_budgets where resets_at > now() and used = 1`;
  t.equal(mails.length, 1, 'the owner is notified once');
});
