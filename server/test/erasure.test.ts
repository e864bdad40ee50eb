import t from 'tap';
import type {Test} from 'tap';

import {Reaper} from '../cleanup/reaper.js';
import type {GeneratedUuid} from '../contract/sessions.js';
import {eraseCommand} from '../privacy/erase-command.js';
import {subscribeWithSse} from './event-subscribers.js';
import {listKeys} from './list-keys.js';
import {getConfirmationLink} from './mailbox.js';
import {columnsWith, filesWith, linesWith} from './data-traces.js';
import {OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import {runCommand, runMaria} from './run-command.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const NAME = 'Zora Zwiebelfisch';
const EMAIL = 'zora.zwiebelfisch@example.com';
const NEW_EMAIL = 'zora.neu@example.com';
const ADDRESS = '203.0.113.77';
const FILE_NAME = 'lebenslauf-zwiebelfisch.pdf';
const MESSAGE = 'Mein Anliegen ist geheim';

/** Visitor whose requests all come from an IP address that no other client has. */
class LocatedVisitor extends Visitor {
  override get credentials() {
    return {...super.credentials, 'x-forwarded-for': ADDRESS};
  }
}

/**
 * Creates a visitor with data in every table: confirmed, with queued e-mails and a pending change.
 */
const visitorWithTraces = async (server: TestServer) => {
  const {body} = await request<GeneratedUuid>(server.url, 'POST', '/api/session/generate-uuid', {
    json: {},
    headers: {'x-forwarded-for': ADDRESS},
  });
  const visitor = new LocatedVisitor(server.url, body.uuid, body.token);
  await visitor.consent({personal_data: true, ai_training: true});
  const {body: uploaded} = await visitor.upload(makePdf(), {name: FILE_NAME, key: FILE_NAME});
  await visitor.upload(makePdf(), {name: FILE_NAME});
  await visitor.call('GET', `/api/files/download/${uploaded.file.id}`);
  await visitor.call('DELETE', `/api/files/${uploaded.file.id}`);
  await visitor.contact(EMAIL, NAME);
  const link = getConfirmationLink(await server.mailbox.waitFor(EMAIL));
  await server.sender.stop();
  await fetch(link, {method: 'POST', headers: {'x-forwarded-for': ADDRESS}});
  await visitor.call('PATCH', '/api/session', {json: {email: NEW_EMAIL}});
  await visitor.call('POST', '/api/messages', {json: {client_id: 'first', body: MESSAGE}});
  const reply = `${NAME}, ${MESSAGE}?`;
  await server.messageService.writeMessage(visitor.uuid, {
    role: 'agent',
    clientId: 'reply',
    body: reply,
  });
  // Both requests fail, and each error is logged.
  await visitor.contact('nobody', NAME);
  await visitor.upload(Buffer.from('no pdf'), {name: FILE_NAME});
  return {visitor, link};
};

const erasedBy = async (
  t: Test,
  erase: (server: TestServer, visitor: Visitor) => Promise<unknown>,
) => {
  const server = await startServer(t, {settings: {TRUST_PROXY: '127.0.0.1'}});
  const {visitor, link} = await visitorWithTraces(server);
  const [, mac = ''] = /verify\/[^.]+\.(.+)$/.exec(link) ?? [];
  const personal = [NAME, EMAIL, NEW_EMAIL, ADDRESS, FILE_NAME, MESSAGE];
  const secrets = [visitor.token, visitor.token.split('.')[0] ?? '', mac];
  const needles = [...personal, ...secrets];

  const before = await columnsWith(server, needles);
  for (const column of [
    'user_sessions.name',
    'user_sessions.email',
    'user_sessions.ip_address',
    'email_verifications.address',
    'file_uploads.file_name',
    'messages.body',
    'events.data',
    'audit_logs.ip_address',
  ]) {
    t.ok(before.includes(column), `${column} contained it, and the search finds it`);
  }
  t.equal(
    (await server.sql`select from jobs`).length,
    2,
    'e-mails to the owner and to the visitor are queued',
  );

  await erase(server, visitor);
  await until(async () => (await listKeys(server.objects)).length === 0);

  t.same(await columnsWith(server, needles), []);
  t.same(await filesWith(server, needles), []);
  t.same(linesWith(server, needles), []);
  t.equal((await server.sql`select from jobs`).length, 0);
  const [visit] = await server.sql`select state from visits where uuid = ${visitor.uuid}`;
  t.match(visit, {state: 'erased'}, 'the tombstone stays');
  t.equal((await server.sql`select from consents where session_uuid = ${visitor.uuid}`).length, 2);
};

t.test('no data is left after an erasure by the visitor', (t) =>
  erasedBy(t, (_server, visitor) => visitor.call('DELETE', '/api/session')),
);

t.test('no data is left after an erasure by the operator', (t) =>
  erasedBy(t, (server, {uuid}) => runCommand(server, eraseCommand, '--uuid', uuid, '--yes')),
);

t.test('no data is left after an erasure by the owner, who has read everything', (t) =>
  erasedBy(t, async (server, {uuid}) => {
    const owner = await OwnerClient.create(server);
    const lead = `/api/owner/leads/${uuid}`;
    const [file] = await server.sql<{id: string}[]>`
      select id from file_uploads where session_uuid = ${uuid} and state = 'stored'`;
    for (const path of ['', '/messages', '/trail', '/export'])
      t.equal((await owner.call('GET', `${lead}${path}`)).status, 200, path);
    await owner.call('GET', `/api/owner/files/${file?.id ?? ''}/text`);
    await owner.call('POST', '/api/owner/leads/search', {json: {q: NAME}});
    await owner.call('POST', '/api/owner/exports', {json: {filter: {q: EMAIL}, format: 'csv'}});
    await owner.call('PATCH', lead, {json: {name: NAME, email: EMAIL}});
    t.equal((await owner.call('DELETE', lead)).status, 204);
    await new Reaper({...server, log: server.app.log}).run();
  }),
);

t.test('subscribers are notified of an erasure immediately', async (t) => {
  const server = await startServer(t);
  const {uuid, ...visitor} = await Visitor.consenting(server.url);
  const subscriber = subscribeWithSse(new Visitor(server.url, uuid, visitor.token));
  await until(() => server.live.countSubscribers(uuid) === 1 && server.live.isListening);
  const {databaseUrl = ''} = server.config;

  const {code} = await runMaria(
    {DATABASE_URL: databaseUrl, DATA_DIR: server.dataDir},
    ...['erase', '--uuid', uuid, '--yes'],
  );

  t.equal(code, 0);
  // The notification arrives before the next poll, 15 s after the last one.
  await until(() => subscriber.events.length === 1, 5_000);
  t.match(subscriber.events, [{type: 'session_state', data: {state: 'gone'}}]);
  t.equal(await subscriber.ended, 'end');
});
