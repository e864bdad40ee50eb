import {createHmac} from 'node:crypto';
import type {ServerResponse} from 'node:http';

import t from 'tap';
import type {Test} from 'tap';

import {expireLinksAndDeliveries} from '../cleanup/housekeeping.js';
import {webhookCommand} from '../webhooks/command.js';
import {startReceiver, writeMessage} from './responder-helpers.js';
import type {ReceivedRequest, Receiver} from './responder-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {makePdf} from './pdf.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const taken = (t: Test) => startReceiver(t, (response) => void response.writeHead(200).end());

const add = async (server: TestServer, {url}: Receiver, ...args: string[]) => {
  const out = await runCommand(
    server,
    webhookCommand,
    'add',
    '--site',
    'demo',
    '--url',
    url,
    ...args,
  );
  const [, id = ''] = /Created webhook (\S+)\./.exec(out) ?? [];
  const [, secret = ''] = /^whsec_(\S+)$/m.exec(out) ?? [];
  return {id, key: Buffer.from(secret, 'base64')};
};

const getEvents = ({requests}: Receiver) =>
  requests.map(({body}) => JSON.parse(body) as {type: string; data: Record<string, unknown>});

const isSignedWith = (key: Buffer, {headers, body}: ReceivedRequest): boolean => {
  const {'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature} = headers;
  const mac = createHmac('sha256', key).update(`${id as string}.${time as string}.${body}`);
  return signature === `v1,${mac.digest('base64')}`;
};

const start = (t: Test, ...receivers: Receiver[]) =>
  startServer(t, {settings: {ALLOW_PRIVATE_HOSTS: receivers.map(({host}) => host).join(',')}});

t.test('an owner receives signed events without personal data', async (t) => {
  const receiver = await taken(t);
  const server = await start(t, receiver);
  const {key} = await add(server, receiver);
  const visitor = await Visitor.consenting(server.url);
  const {body: uploaded} = await visitor.upload(makePdf(), {name: 'Anna Beispiel.pdf'});

  await writeMessage(visitor, 'A secret question.');
  await visitor.contact('anna@example.com');
  const link = getConfirmationLink(await server.mailbox.waitFor('anna@example.com'));
  await fetch(link.replace(server.config.publicUrl, server.url), {method: 'POST'});
  server.webhooks.wake();
  await until(() => receiver.requests.length === 3);
  await visitor.call('DELETE', '/api/session');
  server.webhooks.wake();
  await until(() => receiver.requests.length === 4);

  const types = getEvents(receiver).map(({type}) => type);
  t.same(types.sort(), [
    'message.visitor',
    'session.complete',
    'session.erased',
    'session.pending',
  ]);
  t.ok(receiver.requests.every((receivedRequest) => isSignedWith(key, receivedRequest)));
  const told = receiver.requests.map(({body}) => body).join();
  t.notMatch(told, /anna|Beispiel|secret question/i);
  const complete = getEvents(receiver).find(({type}) => type === 'session.complete');
  t.match(complete?.data, {
    reference: visitor.uuid,
    site: 'demo',
    state: 'complete',
    consents: [{purpose: 'personal_data', granted: true}],
    files: [{id: uploaded.file.id, size: uploaded.file.size}],
  });
  const erased = getEvents(receiver).find(({type}) => type === 'session.erased');
  t.match(erased?.data, {reference: visitor.uuid, state: 'erased', files: []});
});

t.test('names, e-mail addresses and events are sent only if the owner chose them', async (t) => {
  const receiver = await taken(t);
  const server = await start(t, receiver);
  await add(server, receiver, '--events', 'session.pending', '--with-contact');
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf(), {name: 'cv.pdf'});

  await writeMessage(visitor, 'Hello?');
  await visitor.contact('anna@example.com', 'Anna');
  server.webhooks.wake();
  await until(() => receiver.requests.length === 1);

  const [event] = getEvents(receiver);
  t.match(event?.data, {
    contact: {name: 'Anna', email: 'anna@example.com'},
    files: [{name: 'cv.pdf'}],
  });
  const queued = await server.sql`select from webhook_deliveries`;
  t.equal(queued.length, 1, 'nothing else was queued for it');
});

t.test('an abandoned visit is reported after its data is deleted', async (t) => {
  const receiver = await taken(t);
  const server = await start(t, receiver);
  await add(server, receiver, '--events', 'visit.abandoned');
  const visitor = await Visitor.consenting(server.url);
  await server.sql`update visits set last_seen_at = now() - interval '2 hours'`;

  await visitor.session();
  await until(async () => {
    const [row] = await server.sql`select state from visits where uuid = ${visitor.uuid}`;
    return row?.['state'] === 'gone';
  });
  server.webhooks.wake();
  await until(() => receiver.requests.length === 1);

  t.match(getEvents(receiver)[0]?.data, {
    reference: visitor.uuid,
    state: 'abandoned',
    consents: [],
  });
});

t.test('a failed delivery is retried under its id, with growing pauses', async (t) => {
  let works = false;
  const receiver = await startReceiver(
    t,
    (response) => void response.writeHead(works ? 200 : 500).end(),
  );
  const server = await start(t, receiver);
  const {id} = await add(server, receiver, '--events', 'message.visitor');
  const pauseOf = async () => {
    const [row] = await server.sql<{s: number}[]>`
      select extract(epoch from run_at - now())::float8 as s from jobs
      where kind = 'webhook' and leased_until is null`;
    return row?.s ?? 0;
  };
  const visitor = await Visitor.consenting(server.url);

  await writeMessage(visitor, 'Hello?');
  await until(async () => receiver.requests.length === 1 && (await pauseOf()) > 0);
  const first = await pauseOf();
  await server.sql`update jobs set run_at = now() where kind = 'webhook'`;
  server.webhooks.wake();
  await until(async () => receiver.requests.length === 2 && (await pauseOf()) > 5);
  const second = await pauseOf();
  works = true;
  await server.sql`update jobs set run_at = now() where kind = 'webhook'`;
  server.webhooks.wake();
  await until(async () => {
    const rows = await server.sql`select from webhook_deliveries where state = 'delivered'`;
    return rows.length === 1;
  });

  t.ok(second > first, `${first} s, then ${second} s`);
  t.equal(new Set(receiver.requests.map(({headers}) => headers['webhook-id'])).size, 1);
  const log = await runCommand(server, webhookCommand, 'log', id, '--format', 'json');
  const [line] = JSON.parse(log) as Record<string, unknown>[];
  t.match(line, {
    event: 'message.visitor',
    state: 'delivered',
    attempts: 3,
    status: 200,
    error: null,
  });
  t.match(line?.['ms'], Number);
});

t.test('a delivery that failed for a day is dead, reported, and can be replayed', async (t) => {
  let works = false;
  const receiver = await startReceiver(
    t,
    (response) => void response.writeHead(works ? 204 : 404).end(),
  );
  const server = await start(t, receiver);
  const {id} = await add(server, receiver, '--events', 'message.visitor');
  const visitor = await Visitor.consenting(server.url);
  await writeMessage(visitor, 'Hello?');
  await until(() => receiver.requests.length === 1);
  await server.sql`
    update jobs set created_at = now() - interval '25 hours', run_at = now(), leased_until = null
    where kind = 'webhook'`;

  server.webhooks.wake();
  await until(async () => (await server.sql`select from jobs where state = 'dead'`).length === 1);
  const mail = await server.mailbox.waitFor('operator@example.com');
  t.match(mail.text, /http_error 404[^]*maria webhook replay[^]*Code: webhook_dead/);
  await expireLinksAndDeliveries(server.sql);
  t.equal((await server.sql`select from webhook_deliveries`).length, 1, 'it can be replayed');

  works = true;
  const out = await runCommand(server, webhookCommand, 'replay', id);
  t.match(out, 'Queued 1 delivery again.');
  server.webhooks.wake();
  await until(() => receiver.requests.length === 3);
  t.equal(new Set(receiver.requests.map(({headers}) => headers['webhook-id'])).size, 1);
  await until(async () => (await server.sql`select from jobs where kind = 'webhook'`).length === 0);

  await server.sql`update webhook_deliveries set created_at = now() - interval '31 days'`;
  await server.sql`
    insert into jobs (id, kind, payload, state)
    select id, 'webhook', '{}', 'dead' from webhook_deliveries`;
  await expireLinksAndDeliveries(server.sql);
  t.equal(
    (await server.sql`select from webhook_deliveries`).length,
    0,
    'it is deleted after a month',
  );
  t.equal((await server.sql`select from jobs where kind = 'webhook'`).length, 0);
});

t.test('a delivery that could not be recorded is repeated', async (t) => {
  const breaking = async ({sql}: TestServer) => sql`alter table webhook_deliveries rename to lost`;
  const receiver = await startReceiver(t, async (response, _called, count) => {
    if (count === 1) await breaking(server);
    response.writeHead(200).end();
  });
  const server = await start(t, receiver);
  await add(server, receiver, '--events', 'message.visitor');
  await writeMessage(await Visitor.consenting(server.url), 'Hello?');
  await until(() => server.logLines.some(({msg}) => msg === 'failed to record a webhook delivery'));

  await server.sql`alter table lost rename to webhook_deliveries`;
  await server.sql`update jobs set leased_until = null where kind = 'webhook'`;
  server.webhooks.wake();

  await until(() => receiver.requests.length === 2);
  t.equal(new Set(receiver.requests.map(({headers}) => headers['webhook-id'])).size, 1);
  await until(async () => {
    const rows = await server.sql`select from webhook_deliveries where state = 'delivered'`;
    return rows.length === 1;
  });
});

t.test('a receiver that hangs does not delay another', async (t) => {
  const held: ServerResponse[] = [];
  let hangs = true;
  const hanging = await startReceiver(t, (response) => {
    if (hangs) held.push(response);
    else response.writeHead(200).end();
  });
  const quick = await taken(t);
  const server = await start(t, hanging, quick);
  await add(server, hanging, '--events', 'message.visitor');
  await add(server, quick, '--events', 'message.visitor');
  const visitor = await Visitor.consenting(server.url);

  for (let i = 0; i < 6; i++) await writeMessage(visitor, `Message ${i}`);

  await until(() => quick.requests.length === 6);
  t.ok(hanging.requests.length <= 3);

  hangs = false;
  for (const response of held) response.writeHead(200).end();
  await until(() => hanging.requests.length === 6);
});

t.test('a webhook is created, tested, listed and deleted', async (t) => {
  let status = 200;
  const receiver = await startReceiver(t, (response) => void response.writeHead(status).end());
  const server = await start(t, receiver);
  const run = (...args: string[]) => runCommand(server, webhookCommand, ...args);
  const {id, key} = await add(server, receiver);

  t.match(await run('test', id), /^Accepted: 200 after \d+ ms\.$/);
  t.ok(isSignedWith(key, receiver.requests[0]!));
  t.match(JSON.parse(receiver.requests[0]!.body), {type: 'webhook.test', data: {site: 'demo'}});
  status = 302;
  await t.rejects(run('test', id), /Not accepted after .*redirected 302/);
  const listed = await run('list', '--format', 'json');
  t.match(JSON.parse(listed), [{id, site: 'demo', url: receiver.url, with_contact: false}]);
  t.notOk(listed.includes('whsec_'));
  await t.rejects(run('add', '--site', 'nosuch', '--url', receiver.url), /no site "nosuch"/);
  await t.rejects(run('add', '--site', 'demo', '--url', 'http://10.0.0.1/'), /ALLOW_PRIVATE_HOSTS/);
  await t.rejects(run('add', '--site', 'demo', '--url', receiver.url, '--events', 'x'), /--events/);
  await t.rejects(run('test', 'x'), /no webhook "x"/);
  t.match(await run('remove', id), /Removed webhook/);
  t.match(await run('list'), /There are no webhooks/);
});

t.test('no secret of a webhook is stored in plain text', async (t) => {
  const receiver = await taken(t);
  const server = await start(t, receiver);
  const {key} = await add(server, receiver);

  const [row] = await server.sql<
    {text: string}[]
  >`select row_to_json(webhooks)::text as text from webhooks`;

  t.notOk(row?.text.includes(key.toString('base64')));
  t.notOk(row?.text.includes(key.toString('hex')));
});

t.test('a receiver gets at most three concurrent calls', async (t) => {
  const open: ServerResponse[] = [];
  let most = 0;
  const slow = await startReceiver(t, (response) => {
    open.push(response);
    most = Math.max(most, open.length);
  });
  const quick = await taken(t);
  const server = await start(t, slow, quick);
  await add(server, slow);
  const visitor = await Visitor.consenting(server.url);
  for (let i = 0; i < 8; i++) await writeMessage(visitor, `Question ${i}`);
  server.webhooks.wake();

  await until(() => open.length === 3);
  await add(server, quick);
  await writeMessage(visitor, 'The last question');
  server.webhooks.wake();
  await until(() => quick.requests.length === 1);
  while (slow.requests.length < 9) {
    const before = slow.requests.length;
    open.shift()?.writeHead(200).end();
    await until(() => slow.requests.length > before);
  }
  for (const response of open.splice(0)) response.writeHead(200).end();
  await until(async () => (await server.sql`select from jobs where kind = 'webhook'`).length === 0);

  t.equal(most, 3);
});
