import {once} from 'node:events';

import t from 'tap';

import {MESSAGE_LEASE_MS} from '../messages/message-service.js';
import {TURN_LEASE_MS, stopTurns} from '../responders/store.js';
import {
  getResponderSettings,
  waitForReplies,
  getMessages,
  bodiesWithState,
  startModelServer,
  startReceiver,
  findTurnsWithClient,
  writeMessage,
} from './responder-helpers.js';
import {kill, startProcessBeside} from './server-process.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

t.test('stop at one replica ends the reply that another replica is writing', async (t) => {
  const model = await startModelServer(t);
  const settings = getResponderSettings(model, 'endless');
  const server = await startServer(t, {repliesToMessages: true, settings});
  const {url} = await startProcessBeside(t, server, settings);
  const visitor = await Visitor.consenting(url);

  await writeMessage(visitor.at(url), 'Begin.');
  await until(async () => ((await model.getRequests())[0]?.pieces ?? 0) > 5);
  await visitor.at(server.url).call('POST', '/api/messages/stop');

  await until(async () => (await model.getRequests())[0]?.outcome === 'broken off');
  const [answer] = await waitForReplies(visitor);
  t.match(answer?.body, /^word0 word1 word2 /);
  t.equal(answer?.state, 'complete');
});

t.test('a reply whose server is killed ends as failed, and its visitor is notified', async (t) => {
  const model = await startModelServer(t);
  const settings = getResponderSettings(model, 'endless');
  const server = await startServer(t, {repliesToMessages: true, settings});
  const {url, child} = await startProcessBeside(t, server, settings);
  const visitor = await Visitor.consenting(url);
  await writeMessage(visitor, 'Begin.');
  await until(async () => (await getMessages(visitor)).some(({state}) => state === 'running'));
  await until(async () => ((await model.getRequests())[0]?.pieces ?? 0) > 20);

  await kill(child);

  const here = visitor.at(server.url);
  t.ok(await areLeasedFor(server, 'turns', TURN_LEASE_MS));
  t.ok(await areLeasedFor(server, 'messages', MESSAGE_LEASE_MS));
  await server.sql`update turns set leased_until = now() where state = 'running'`;
  await server.sql`update messages set leased_until = now() where state = 'running'`;
  server.responderService.wake();
  await until(async () => {
    // A running server calls this at an interval.
    await server.messageService.failLapsed();
    const answers = (await getMessages(here)).filter(({role}) => role === 'maria');
    return answers.length === 2 && answers.every(({state}) => state !== 'running');
  });
  t.match(bodiesWithState(await waitForReplies(here, 2)), [/^failed: /, /couldn’t finish/]);
  const [turn] = await server.sql<{outcome: string}[]>`select outcome from turns`;
  t.equal(turn?.outcome, 'lost');
  t.same(await findTurnsWithClient(server), []);

  await server.sql`update sites set settings = '{"responder": {"kind": "openai", "model": "echo"}}'`;
  await writeMessage(here, 'Again?');
  t.equal(
    (await waitForReplies(here, 3)).at(-1)?.body.slice(0, 9),
    'You said:',
    'the next message is answered',
  );
});

/** Returns whether the only running row has a lease of at most `ms`. No test waits for its end. */
const areLeasedFor = async ({sql}: TestServer, table: string, ms: number): Promise<boolean> => {
  const rows = await sql<{ms: number}[]>`
    select extract(epoch from leased_until - now())::float8 * 1000 as ms from ${sql(table)}
    where state = 'running'`;
  return rows.length === 1 && rows.every((row) => row.ms > 0 && row.ms <= ms);
};

t.test(
  'a message is answered by another server if its server is killed before the request',
  async (t) => {
    const model = await startModelServer(t);
    const settings = getResponderSettings(model);
    const server = await startServer(t, {repliesToMessages: true, settings});
    const visitor = await Visitor.consenting(server.url);
    await writeMessage(visitor, 'First.');
    await waitForReplies(visitor);
    // Simulates a server that dies right after the commit.
    await server.responderService.stop();
    await writeMessage(visitor, 'Second.');

    const {url} = await startProcessBeside(t, server, settings);

    t.same(bodiesWithState(await waitForReplies(visitor.at(url), 2)), [
      'You said: First.',
      'You said: Second.',
    ]);
  },
);

t.test('a server that stops releases the turns that it has not begun to answer', async (t) => {
  let count = 0;
  const receiver = await startReceiver(t, (response) => {
    if (++count === 1) return;
    response.writeHead(200, {'content-type': 'application/json'});
    response.end('{"choices":[{"message":{"content":"From the other."}}]}');
  });
  const settings = getResponderSettings(receiver);
  const server = await startServer(t, {repliesToMessages: true, settings});
  const visitor = await Visitor.consenting(server.url);
  await writeMessage(visitor, 'Hello?');
  await until(() => receiver.requests.length === 1);

  const {url} = await startProcessBeside(t, server, settings);
  await server.responderService.stop();

  t.same(bodiesWithState(await waitForReplies(visitor.at(url))), ['From the other.']);
});

t.test('a turn that its visitor stopped is not released', async (t) => {
  const receiver = await startReceiver(t, () => undefined);
  const server = await startServer(t, {
    repliesToMessages: true,
    settings: getResponderSettings(receiver),
  });
  const visitor = await Visitor.consenting(server.url);
  await writeMessage(visitor, 'Hello?');
  await until(() => receiver.requests.length === 1);

  // Simulates a stop at another replica whose notification has not arrived yet.
  await stopTurns(server.sql, visitor.uuid);
  await server.responderService.stop();

  const turns = await server.sql`select state, outcome from turns`;
  t.same(turns, [{state: 'done', outcome: 'stopped'}]);
  t.same(await findTurnsWithClient(server), []);
});

t.test('a server that stops finishes its current reply and begins no other', async (t) => {
  const model = await startModelServer(t);
  const settings = getResponderSettings(model, 'slow');
  const server = await startServer(t, {settings});
  const {url, child} = await startProcessBeside(t, server, settings);
  const visitor = await Visitor.consenting(url);
  const other = await Visitor.consenting(server.url);
  const words = Array.from({length: 60}, (_, i) => `word${i}`).join(' ');
  const exit = once(child, 'exit') as Promise<[number | null]>;
  await writeMessage(visitor, words);
  await until(async () => ((await model.getRequests())[0]?.pieces ?? 0) > 2);

  child.kill('SIGTERM');
  await untilClosed(url);
  await writeMessage(other, 'And me?');

  t.equal((await exit)[0], 0);
  t.same(bodiesWithState(await waitForReplies(visitor.at(server.url))), [`You said: ${words}`]);
  t.equal((await model.getRequests()).length, 1);
  const [turn] = await server.sql<{state: string}[]>`
    select state from turns where session_uuid = ${other.uuid}`;
  t.equal(turn?.state, 'queued', 'the other message waits for another server');
});

const untilClosed = (url: string) =>
  until(() =>
    fetch(`${url}/healthz`).then(
      () => false,
      () => true,
    ),
  );
