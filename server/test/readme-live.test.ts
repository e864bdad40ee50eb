import {spawn} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';
import type {Test} from 'tap';

import {WEBHOOK_EVENTS} from '../contract/webhooks.js';
import {createSecret, parseSecret, createSignedHeaders} from '../outbound/signature.js';
import {exportCommand} from '../privacy/export-command.js';
import {siteCommand} from '../sites/command.js';
import {webhookCommand} from '../webhooks/command.js';
import {waitForReplies, bodiesWithState, startReceiver, writeMessage} from './responder-helpers.js';
import {freePort} from './free-port.js';
import {createCheck, fetchOpenApi} from './openapi-document.js';
import {makePdf} from './pdf.js';
import {runCommand} from './run-command.js';
import {kill} from './server-process.js';
import {startServer, temporaryFolder} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';
import {parseSession, readZip} from './read-zip.js';

const README = new URL('../../../README.md', import.meta.url);

/** Returns the first code block of a language below a heading. */
const blockOf = async (heading: string, language: string): Promise<string> => {
  const [, section = ''] = (await readFile(README, 'utf8')).split(`\n${heading}\n`);
  const [, block = ''] = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(section) ?? [];
  return block;
};

const getRows = async (heading: string): Promise<string[]> => {
  const [, section = ''] = (await readFile(README, 'utf8')).split(`\n${heading}\n`);
  const [table = ''] = /^\|[^]*?\n\n/m.exec(section) ?? [];
  return [...table.matchAll(/^\| `([\w.]+)`/gm)].map(([, name]) => name ?? '');
};

/** Runs the README's receiver as its reader would. */
const startReadmeReceiver = async (t: Test, secrets: string[], given?: number) => {
  const file = path.join(await temporaryFolder(t), 'receiver.mjs');
  await writeFile(file, await blockOf('### Is it Maria?', 'js'));
  const port = given ?? (await freePort());
  const child = spawn(process.execPath, [file], {
    env: {SECRETS: secrets.join(','), PORT: String(port)},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => kill(child));
  let printed = '';
  child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
  const host = `127.0.0.1:${port}`;
  const url = `http://${host}/`;
  await until(() =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  );
  return {url, host, printed: () => printed};
};

t.test('the receiver of the README replies to turns, and only to Maria', async (t) => {
  const secret = createSecret();
  const {url, host} = await startReadmeReceiver(t, [createSecret(), secret]);
  const settings = {
    RESPONDER: 'webhook',
    RESPONDER_URL: url,
    RESPONDER_SECRET: secret,
    ALLOW_PRIVATE_HOSTS: host,
  };
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
  const settings = {
    RESPONDER: 'webhook',
    RESPONDER_URL: url,
    RESPONDER_SECRET: secret,
    ALLOW_PRIVATE_HOSTS: '127.0.0.1',
  };
  const server = await startServer(t, {repliesToMessages: true, settings});
  const made = await runCommand(server, webhookCommand, ...['add', '--site', 'demo', '--url', url]);
  const [, id = ''] = /Created webhook (\S+)\./.exec(made) ?? [];
  const [printedSecret = ''] = /^whsec_\S+$/m.exec(made) ?? [];
  const {printed} = await startReadmeReceiver(t, [secret, printedSecret], port);

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
  const settings = {
    RESPONDER: 'webhook',
    RESPONDER_URL: receiver.url,
    RESPONDER_SECRET: createSecret(),
    ALLOW_PRIVATE_HOSTS: receiver.host,
  };
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

t.test('a turn and an owner’s event have the form that the README shows', async (t) => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(204).end());
  const settings = {
    RESPONDER: 'webhook',
    RESPONDER_URL: receiver.url,
    RESPONDER_SECRET: createSecret(),
    ALLOW_PRIVATE_HOSTS: receiver.host,
  };
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
  const shown = async (heading: string) => JSON.parse(await blockOf(heading, 'json')) as unknown;
  t.same(findNames(sent(false)), findNames(await shown('### A program of your own')));
  t.same(findNames(sent(true)), findNames(await shown('## Webhooks')));
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

t.test('the settings of the README are accepted', async (t) => {
  const server = await startServer(t);
  const file = path.join(server.dataDir, 'acme.json');
  await writeFile(file, await blockOf('## Who answers', 'json'));

  await runCommand(server, siteCommand, 'set', 'demo', '--settings', file);

  const [row] = await server.sql<{steps: number}[]>`
    select jsonb_array_length(settings->'conversation'->'steps') as steps from sites
    where key = 'demo'`;
  t.equal(row?.steps, 10);
});

t.test('the README has a row for each event of a webhook', async (t) => {
  t.same((await getRows('## Webhooks')).sort(), [...WEBHOOK_EVENTS].sort());
});
