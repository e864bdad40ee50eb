import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';
import type {Test} from 'tap';

import {SiteResponder} from '../contract/responders.js';
import {SiteSettings} from '../contract/sites.js';
import {WEBHOOK_EVENTS} from '../contract/webhooks.js';
import {createSecret, parseSecret, createSignedHeaders} from '../outbound/signature.js';
import {exportCommand} from '../privacy/export-command.js';
import {siteCommand} from '../accounts/site-command.js';
import {webhookCommand} from '../webhooks/command.js';
import {waitForReplies, bodiesWithState, startReceiver, writeMessage} from './responder-helpers.js';
import {freePort} from './free-port.js';
import {createCheck, fetchOpenApi} from './openapi-document.js';
import {makePdf} from './pdf.js';
import {runCommand} from './run-command.js';
import {kill} from './server-process.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';
import {parseSession, readZip} from './read-zip.js';

// dist/server/test/ -> the project
const PROJECT = new URL('../../../', import.meta.url);
const RESPONDERS = 'server/responders/README.md';
const WEBHOOKS = 'server/webhooks/README.md';
const RECEIVER = fileURLToPath(new URL('examples/receiver.mjs', PROJECT));

const getSection = async (document: string, heading: string): Promise<string> => {
  const text = await readFile(new URL(document, PROJECT), 'utf8');
  const [, section = ''] = text.split(`\n${heading}\n`);
  return section;
};

/** Returns the first JSON block below a heading. */
const blockOf = async (document: string, heading: string): Promise<string> => {
  const [, block = ''] = /```json\n([^]*?)```/.exec(await getSection(document, heading)) ?? [];
  return block;
};

const getRows = async (document: string, heading: string): Promise<string[]> => {
  const [table = ''] = /^\|[^]*?\n\n/m.exec(await getSection(document, heading)) ?? [];
  return [...table.matchAll(/^\| `([\w.]+)`/gm)].map(([, name]) => name ?? '');
};

/** Starts the example receiver as its documentation does. */
const startExampleReceiver = async (t: Test, secrets: string[], given?: number) => {
  const port = given ?? (await freePort());
  const child = spawn(process.execPath, [RECEIVER], {
    env: {SECRETS: secrets.join(','), PORT: String(port)},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => kill(child));
  let printed = '';
  const print = (text: Buffer) => (printed += text.toString());
  child.stdout.on('data', print);
  child.stderr.on('data', print);
  const host = `127.0.0.1:${port}`;
  await until(() => printed.includes(`http://${host}/`));
  return {url: `http://${host}/`, host, child, printed: () => printed};
};

const getReceiverSettings = (
  {url, host}: {url: string; host: string},
  secret = createSecret(),
): Record<string, string> => ({
  RESPONDER: 'webhook',
  RESPONDER_URL: url,
  RESPONDER_SECRET: secret,
  ALLOW_PRIVATE_HOSTS: host,
});

t.test('the example receiver replies to turns, and only to Maria', async (t) => {
  const secret = createSecret();
  const {url, host} = await startExampleReceiver(t, [createSecret(), secret]);
  const settings = getReceiverSettings({url, host}, secret);
  const server = await startServer(t, {repliesToMessages: true, settings});
  const visitor = await Visitor.consenting(server.url);

  await writeMessage(visitor, 'Grüße 👋');
  t.same(bodiesWithState(await waitForReplies(visitor)), ['You said: Grüße 👋']);

  const body = '{"type":"turn","input":{"text":"Hello?"}}';
  const key = parseSecret(secret)!;
  const post = async (headers: Record<string, string>, sent = body) =>
    (await fetch(url, {method: 'POST', body: sent, headers})).status;
  const signed = createSignedHeaders(key, {id: '1', body});
  t.equal(await post(signed), 200);
  t.equal(
    await post({...signed, 'webhook-signature': `v1,AAAA ${signed['webhook-signature']}`}),
    200,
  );
  t.equal(await post(signed, body.replace('Hello', 'Howdy')), 401, 'other words');
  t.equal(await post({...signed, 'webhook-id': '2'}), 401, 'another id');
  const old = createSignedHeaders(key, {id: '1', body, now: Date.now() - 600_000});
  t.equal(await post(old), 401, 'an old timestamp');
  t.equal(
    await post(createSignedHeaders(parseSecret(createSecret())!, {id: '1', body})),
    401,
    'another key',
  );
  t.equal(await post({}), 401, 'not signed');
});

t.test('one receiver accepts turns and webhooks, each with a separate secret', async (t) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const secret = createSecret();
  const settings = getReceiverSettings({url, host: '127.0.0.1'}, secret);
  const server = await startServer(t, {repliesToMessages: true, settings});
  const made = await runCommand(server, webhookCommand, ...['add', '--site', 'demo', '--url', url]);
  const [, id = ''] = /Created webhook (\S+)\./.exec(made) ?? [];
  const [printedSecret = ''] = /^whsec_\S+$/m.exec(made) ?? [];
  const {printed} = await startExampleReceiver(t, [secret, printedSecret], port);

  t.match(await runCommand(server, webhookCommand, 'test', id), /^Accepted: 204/);
  const visitor = await Visitor.consenting(server.url);
  await writeMessage(visitor, 'Hello?');
  t.same(bodiesWithState(await waitForReplies(visitor)), ['You said: Hello?']);
  await visitor.contact('anna@example.com');
  server.webhooks.wake();

  await until(() => printed().includes(`session.pending ${visitor.uuid}`));
  t.match(printed(), `message.visitor ${visitor.uuid}`);
  t.match(printed(), `webhook.test ${id}`);
  t.notMatch(printed(), /undefined/);
});

t.test('the audit log contains no message, and the export contains it', async (t) => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(204).end());
  const settings = getReceiverSettings(receiver);
  const server = await startServer(t, {repliesToMessages: true, settings});
  const visitor = await Visitor.consenting(server.url);
  const getTrail = () =>
    server.sql`select event_type, metadata from audit_logs order by timestamp, id`;
  const before = await getTrail();

  await writeMessage(visitor, 'Hello?');
  await until(() => receiver.requests.length === 1);
  await until(async () => (await server.sql`select from turns where state = 'done'`).length === 1);

  t.same(await getTrail(), before);
  const out = path.join(server.dataDir, 'session.zip');
  await runCommand(server, exportCommand, '--uuid', visitor.uuid, '--out', out);
  const session = parseSession(readZip(await readFile(out)));
  t.match(session, {messages: [{role: 'visitor', body: 'Hello?'}]});
});

t.test('a turn and an owner’s event have the form that the documents show', async (t) => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(204).end());
  const settings = getReceiverSettings(receiver);
  const server = await startServer(t, {repliesToMessages: true, settings});
  const url = `${receiver.url}/owner`;
  await runCommand(
    server,
    webhookCommand,
    ...['add', '--site', 'demo', '--url', url, '--with-contact', '--events', 'session.pending'],
  );
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf(), {name: 'cv.pdf'});
  await visitor.contact('anna@example.com', 'Anna');
  await writeMessage(visitor, 'Is it complete?');
  server.webhooks.wake();
  await until(() => receiver.requests.length === 2);

  const sent = (isOwner: boolean): unknown =>
    JSON.parse(
      receiver.requests.find((receivedRequest) => (receivedRequest.url === '/owner') === isOwner)
        ?.body ?? '{}',
    );
  const shown = async (document: string, heading: string) =>
    JSON.parse(await blockOf(document, heading)) as unknown;
  t.same(findNames(sent(false)), findNames(await shown(RESPONDERS, '## Webhook responder')));
  t.same(findNames(sent(true)), findNames(await shown(WEBHOOKS, '## Request')));
  const description = await fetchOpenApi(server.url);
  const getErrors = (name: string, body: unknown) =>
    createCheck(description, {$ref: `#/components/schemas/${name}`})(body);
  t.same(getErrors('TurnBody', sent(false)), [], 'the body matches the API description');
  t.same(getErrors('OwnerEvent', sent(true)), []);
});

/**
 * Returns the names of all fields. Arrays count as values, because an empty one shows no fields.
 */
const findNames = (value: unknown): unknown => {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return true;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, inner]) => [name, findNames(inner)]),
  );
};

t.test('the documented settings are accepted', async (t) => {
  const server = await startServer(t);
  const file = path.join(server.dataDir, 'acme.json');
  await writeFile(file, await blockOf(RESPONDERS, '## Settings of a site'));

  await runCommand(server, siteCommand, 'set', 'demo', '--settings', file);

  const [row] = await server.sql<{steps: number}[]>`
    select jsonb_array_length(settings->'conversation'->'steps') as steps from sites
    where key = 'demo'`;
  t.equal(row?.steps, 10);
});

t.test('the settings that are shown can be set again', async (t) => {
  const server = await startServer(t);
  const file = path.join(server.dataDir, 'acme.json');
  await writeFile(file, await blockOf(RESPONDERS, '## Settings of a site'));
  await runCommand(server, siteCommand, 'set', 'demo', '--settings', file);
  const show = async () =>
    JSON.parse(await runCommand(server, siteCommand, 'show', 'demo', '--json')) as {
      settings: {responder: {key: string}};
    };
  const before = await show();
  t.not(before.settings.responder.key, 'sk-replace-me', 'the key is encrypted');

  await writeFile(file, JSON.stringify(before.settings));
  await runCommand(server, siteCommand, 'set', 'demo', '--settings', file);

  t.same(await show(), before);
});

t.test('the webhook documents have a row for each event', async (t) => {
  t.same((await getRows(WEBHOOKS, '## Events')).sort(), [...WEBHOOK_EVENTS].sort());
});

t.test('the responder documents have a row for each property of a site', async (t) => {
  const {properties} = SiteSettings;
  const documented = await getRows(RESPONDERS, '## Settings of a site');
  const expected = [
    ...Object.keys(SiteResponder.properties).map((name) => `responder.${name}`),
    ...Object.keys(properties).filter((name) => name.startsWith('responder_')),
  ];
  t.same(documented.sort(), expected.sort());
});

t.test(
  'the example receiver needs a secret, and survives a request that is too long',
  async (t) => {
    const child = spawn(process.execPath, [RECEIVER], {env: {}, stdio: 'pipe'});
    const [code] = (await once(child, 'exit')) as [number];
    t.equal(code, 2);

    const {url, printed} = await startExampleReceiver(t, [createSecret()]);
    const long = fetch(url, {method: 'POST', body: 'x'.repeat(2 * 1024 * 1024)});
    await t.rejects(long, 'the connection is closed');
    await until(() => printed().includes('longer than'));
    t.equal((await fetch(url, {method: 'POST', body: '{}'})).status, 401);
  },
);
