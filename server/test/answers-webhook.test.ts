import {createHmac} from 'node:crypto';
import {once} from 'node:events';
import type {ServerResponse} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';
import type {Test} from 'tap';

import {CALL_BACK_MS} from '../responders/callbacks.js';
import {MAX_CALLBACKS_PER_TURN} from '../responders/callback-route.js';
import {
  waitForReplies,
  getMessages,
  bodiesWithState,
  startReceiver,
  findTurnsWithClient,
  writeMessage,
} from './responder-helpers.js';
import type {ReceivedRequest, Receiver} from './responder-helpers.js';
import {startServer} from './start-server.js';
import type {TestServerOptions} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const KEY = Buffer.alloc(32, 7);
const SECRET = `whsec_${KEY.toString('base64')}`;

const start = async (
  t: Test,
  receiver: Receiver,
  {settings, answering}: {settings?: Record<string, string>; answering?: object} = {},
) => {
  const options: TestServerOptions = {
    repliesToMessages: true,
    settings: {
      RESPONDER: 'webhook',
      RESPONDER_URL: `${receiver.url}/bot?x=1`,
      RESPONDER_SECRET: SECRET,
      ALLOW_PRIVATE_HOSTS: receiver.host,
      ...settings,
    },
    deps: {answering: {circuit: {failures: 1_000}, ...answering}},
  };
  const server = await startServer(t, options);
  return {...server, visitor: await Visitor.consenting(server.url)};
};

const getOutcome = async ({sql, visitor}: Awaited<ReturnType<typeof start>>) => {
  let found: string | null = null;
  await until(async () => {
    const [turn] = await sql<{outcome: string | null}[]>`
      select outcome from turns where session_uuid = ${visitor.uuid} order by message_id desc`;
    found = turn?.outcome ?? null;
    return found !== null;
  });
  return found as unknown as string;
};

const isSigned = ({headers, body}: ReceivedRequest): boolean => {
  const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`;
  const mac = createHmac('sha256', KEY).update(signed).digest('base64');
  return headers['webhook-signature'] === `v1,${mac}`;
};

t.test('every form of a reply is understood', async (t) => {
  const forms: [string, string, string][] = [
    ['application/json', '{"text":"Hello."}', 'Hello.'],
    [
      'application/json',
      '{"messages":[{"text":"One."},{"text":"Two."}],"leave":true}',
      'One.\n\nTwo.',
    ],
    ['application/json', '[{"text":"One."},{"buttons":[]},{"text":"Two."}]', 'One.\n\nTwo.'],
    [
      'text/event-stream',
      'data: {"type":"start"}\n\ndata: {"type":"text-delta","delta":"Hel"}\n\ndata: {"type":"text-delta","delta":"lo."}\n\ndata: [DONE]\n\n',
      'Hello.',
    ],
    ['text/event-stream', 'data: {"choices":[{"delta":{"content":"Hello."}}]}\n\n', 'Hello.'],
    [
      'application/x-ndjson',
      '{"type":"begin"}\n{"type":"item","content":"Hel"}\n{"type":"item","content":"lo."}\n{"type":"end"}\n',
      'Hello.',
    ],
    ['text/plain', '{"type":"item","content":"Hello."}\n', 'Hello.'],
    [
      'application/json',
      '{"text":"<img src=x> [a](javascript:1)"}',
      '<img src=x> [a](javascript:1)',
    ],
  ];
  const receiver = await startReceiver(t, (response, _called, count) => {
    const [type, body] = forms[count - 1]!;
    response.writeHead(200, {'content-type': type}).end(body);
  });
  const server = await start(t, receiver);

  for (const [i, [type, body]] of forms.entries()) {
    await writeMessage(server.visitor, `Question ${i}`);
    await waitForReplies(server.visitor, i + 1);
    t.equal(await getOutcome(server), 'answered', `${type} ${body}`);
  }

  t.same(
    bodiesWithState(await waitForReplies(server.visitor, forms.length)),
    forms.map(([, , text]) => text),
  );
});

t.test('a turn is signed and contains no name, e-mail address or token', async (t) => {
  const receiver = await startReceiver(t, (response) => {
    response.writeHead(200, {'content-type': 'application/json'}).end('{"text":"Yes."}');
  });
  const {visitor} = await start(t, receiver);
  await visitor.contact('anna@example.com', 'Anna Beispiel', {locale: 'de'});

  await writeMessage(visitor, 'Is it complete?');
  await waitForReplies(visitor);

  const [turn] = receiver.requests;
  t.ok(turn && isSigned(turn));
  t.match(turn?.url, '/bot?x=1');
  const age = Date.now() / 1000 - Number(turn?.headers['webhook-timestamp']);
  t.ok(age >= -1 && age < 60);
  const body = JSON.parse(turn?.body ?? '') as Record<string, unknown>;
  t.match(body, {
    type: 'turn',
    turn_id: turn?.headers['webhook-id'],
    site: {key: 'demo', name: 'Demo'},
    session: {uuid: visitor.uuid, locale: 'de', state: 'pending'},
    history: [],
    documents: [],
    answers: [],
    input: {text: 'Is it complete?'},
  });
  t.notMatch(turn?.body, /anna@|Beispiel/);
  t.notOk(turn?.body.includes(visitor.token));
});

t.test('the request is repeated under one id until a reply begins', async (t) => {
  const receiver = await startReceiver(t, (response, _called, count) => {
    if (count === 1) response.writeHead(500).end('{}');
    else if (count === 2) response.writeHead(429, {'retry-after': '1'}).end();
    else response.writeHead(200, {'content-type': 'application/json'}).end('{"text":"Now."}');
  });
  const {visitor} = await start(t, receiver);

  await writeMessage(visitor, 'Hello?');

  t.same(bodiesWithState(await waitForReplies(visitor)), ['Now.']);
  t.equal(receiver.requests.length, 3);
  t.equal(new Set(receiver.requests.map(({headers}) => headers['webhook-id'])).size, 1);
  t.ok(receiver.requests.every(isSigned));
  const [, second, third] = receiver.requests;
  t.ok((third?.atMs ?? 0) - (second?.atMs ?? 0) >= 1_000, 'not before the time in Retry-After');
});

t.test('after its first byte a reply is never requested again, and its text stays', async (t) => {
  const receiver = await startReceiver(t, async (response) => {
    response.writeHead(200, {'content-type': 'text/event-stream'});
    response.write('data: {"text":"I thi"}\n\n');
    await sleep(200);
    response.destroy();
  });
  const server = await start(t, receiver);

  await writeMessage(server.visitor, 'Hello?');

  t.match(bodiesWithState(await waitForReplies(server.visitor, 2)), [
    'failed: I thi',
    /couldn’t finish/,
  ]);
  t.equal(await getOutcome(server), 'failed_cut');
  t.equal(receiver.requests.length, 1);
});

t.test('204 adds no message', async (t) => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(204).end());
  const server = await start(t, receiver);

  await writeMessage(server.visitor, 'Hello?');

  t.equal(await getOutcome(server), 'silent');
  t.equal((await getMessages(server.visitor)).length, 1);
});

/** Starts a server, and lets a responder fail in each of these ways, one after the other. */
const testFailures = async (
  t: Test,
  ways: [string, (response: ServerResponse) => unknown][],
  limits = LONG,
) => {
  let now = 0;
  const receiver = await startReceiver(t, (response) => void ways[now]![1](response));
  const server = await start(t, receiver, {answering: {limits, circuit: {failures: 1_000}}});

  for (const [i, [reason]] of ways.entries()) {
    now = i;
    await writeMessage(server.visitor, 'Hello?');
    const answers = await waitForReplies(server.visitor, i + 1);
    t.match(answers.at(-1)?.body, /couldn’t answer/, reason);
    t.equal(await getOutcome(server), `failed_${reason}`, reason);
    await server.sql`update responder_budgets set used = 0`;
  }
  t.equal(receiver.requests.length, ways.length, 'none of these requests is repeated');
};

const LONG = {connectMs: 60_000, firstByteMs: 60_000, silenceMs: 60_000, totalMs: 60_000};

t.test('a responder without a first byte has failed', (t) =>
  testFailures(t, [['first_byte_timeout', () => undefined]], {...LONG, firstByteMs: 400}),
);

t.test('a responder that stops in its reply has failed', (t) => {
  const stops = (r: ServerResponse) =>
    r.writeHead(200, {'content-type': 'text/event-stream'}).write(': hm\n');
  return testFailures(t, [['silence_timeout', stops]], {...LONG, silenceMs: 400});
});

t.test('a responder whose reply does not end has failed', (t) => {
  const goesOn = async (r: ServerResponse) => {
    r.writeHead(200, {'content-type': 'text/event-stream'});
    while (!r.destroyed) {
      r.write(': still thinking\n\n');
      await sleep(100);
    }
  };
  return testFailures(t, [['total_timeout', goesOn]], {...LONG, totalMs: 1_500});
});

t.test('redirecting, malformed and oversized replies are reported as failures', (t) => {
  const json = {'content-type': 'application/json'};
  return testFailures(t, [
    ['redirected', (r) => r.writeHead(302, {location: 'http://example.com/'}).end()],
    ['bad_answer', (r) => r.writeHead(200, json).end('{"tex')],
    ['bad_answer', (r) => r.writeHead(200, json).end('{"txt":"?"}')],
    ['bad_answer', (r) => r.writeHead(200, {'content-type': 'text/html'}).end('<p>Hello</p>')],
    ['bad_answer', (r) => r.writeHead(200).end('Hello')],
    ['answer_too_large', (r) => r.writeHead(200, json).end('x'.repeat(3 << 20))],
    ['http_error', (r) => r.writeHead(404).end('gone')],
  ]);
});

t.test('a responder that replies later does so once, or until it says done', async (t) => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(202).end());
  const server = await start(t, receiver);
  const {visitor, url} = server;
  const callBack = (link: string, json: unknown) =>
    fetch(link.replace(server.config.publicUrl, url), {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(json),
    });
  const getLink = (i: number) =>
    (JSON.parse(receiver.requests[i]?.body ?? '{}') as {callback: {url: string}}).callback.url;

  await writeMessage(visitor, 'Hello?');
  await until(
    async () => (await server.sql`select from turns where state = 'waiting'`).length === 1,
  );
  const link = getLink(0);
  await server.sql`alter table messages rename to lost`;
  t.equal((await callBack(link, {text: 'A moment.', done: false})).status, 500);
  await server.sql`alter table lost rename to messages`;
  t.equal((await callBack(link, {text: 'A moment.', done: false})).status, 204);
  t.equal((await callBack(link, {text: 'Done.\u202e', done: true})).status, 204);
  const late = await callBack(link, {text: 'Again.'});
  t.equal(late.status, 410);
  t.match(await late.json(), {status: 'error', code: 'answer_over'});
  t.same(bodiesWithState(await waitForReplies(visitor, 2)), ['A moment.', 'Done.']);

  const forged = link.replace(/\.(\d+)\./, (_, time: string) => `.${Number(time) + 60}.`);
  t.equal((await callBack(forged, {text: 'Mine.'})).status, 404);
  t.equal((await callBack(`${link}x`, {text: 'Mine.'})).status, 404);
  t.equal((await callBack(link, {text: 'x', set: {consent: true}})).status, 400);

  await writeMessage(visitor, 'And now?');
  await until(() => receiver.requests.length === 2);
  await until(
    async () => (await server.sql`select from turns where state = 'waiting'`).length === 1,
  );
  await visitor.call('POST', '/api/messages/stop');
  t.equal((await callBack(getLink(1), {text: 'Too late.'})).status, 410, 'the turn was stopped');

  await writeMessage(visitor, 'And now?');
  await until(
    async () => (await server.sql`select from turns where state = 'waiting'`).length === 1,
  );
  await server.sql`update turns set leased_until = now() - interval '1 second' where state = 'waiting'`;
  t.equal((await callBack(getLink(2), {text: 'Too late.'})).status, 410);
  server.responderService.wake();
  const answers = await waitForReplies(visitor, 3);
  t.match(answers.at(-1)?.body, /couldn’t/);
  t.same(await findTurnsWithClient(server), [], 'the client hash is cleared');
});

t.test('a responder can call back before it has responded', async (t) => {
  const statuses: number[] = [];
  const receiver = await startReceiver(t, async (response, {body}) => {
    const {callback} = JSON.parse(body) as {callback: {url: string}};
    for (const json of [{text: 'A moment.', done: false}, {text: 'Done.'}]) {
      const called = await fetch(callback.url.replace(server.config.publicUrl, server.url), {
        method: 'POST',
        headers: {'content-type': 'application/json'},
        body: JSON.stringify(json),
      });
      statuses.push(called.status);
    }
    await respond(response);
  });
  let respond = async (response: ServerResponse) => void response.writeHead(202).end();
  const server = await start(t, receiver);
  const counted = async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    return metrics.split('\n').filter((line) => line.startsWith('maria_answers_total{'));
  };

  await writeMessage(server.visitor, 'Hello?');
  t.same(bodiesWithState(await waitForReplies(server.visitor, 2)), ['A moment.', 'Done.']);
  await until(() => statuses.length === 2);
  t.same(statuses, [204, 204]);
  t.equal(await getOutcome(server), 'answered');
  await until(async () => (await counted()).length > 0);
  t.same(await counted(), ['maria_answers_total{outcome="answered"} 1']);

  // The server no longer waits for a response to a turn that a callback has ended.
  respond = async (response) => void (await once(response, 'close'));
  await writeMessage(server.visitor, 'And now?');
  await until(async () => (await counted()).join() !== 'maria_answers_total{outcome="answered"} 1');
  t.same(await counted(), ['maria_answers_total{outcome="answered"} 2']);
});

t.test('a callback link stops working when it expires or reaches its limit of calls', async (t) => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(202).end());
  const server = await start(t, receiver);
  await writeMessage(server.visitor, 'Hello?');
  const waiting = () => server.sql<{id: string}[]>`select id from turns where state = 'waiting'`;
  await until(async () => (await waiting()).length === 1);
  const [turn] = await waiting();
  const call = async (sinceMs: number) => {
    const {url} = server.responderService.callBacks.create(turn?.id ?? '', Date.now() - sinceMs);
    const response = await fetch(url.replace(server.config.publicUrl, server.url), {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: '{"text": "More.", "done": false}',
    });
    return response.status;
  };

  t.equal(await call(CALL_BACK_MS + 2_000), 410);
  const statuses: number[] = [];
  for (let i = 0; i < MAX_CALLBACKS_PER_TURN + 1; i++) statuses.push(await call(0));

  t.same(statuses, [...Array<number>(MAX_CALLBACKS_PER_TURN).fill(204), 410]);
  t.equal(
    (await waitForReplies(server.visitor, MAX_CALLBACKS_PER_TURN)).length,
    MAX_CALLBACKS_PER_TURN,
  );
});

t.test('a private IP address is refused unless its host is allowed', async (t) => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(204).end());
  const {sql, ...server} = await start(t, receiver);
  const port = new URL(receiver.url).port;
  await sql`
    update sites set settings = ${JSON.stringify({
      responder: {kind: 'webhook', url: `http://localhost:${port}/`, secret: SECRET},
    })}::text::jsonb`;

  await writeMessage(server.visitor, 'Hello?');
  const [answer] = await waitForReplies(server.visitor);

  t.match(answer?.body, /couldn’t answer/);
  t.equal(await getOutcome({sql, ...server}), 'failed_address_refused');
  t.equal(receiver.requests.length, 0);
});
