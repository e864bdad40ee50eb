import {once} from 'node:events';
import {connect} from 'node:net';
import type {Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';
import type {Test} from 'tap';

import {RESPONSE_MS} from '../http/request-timeout.js';
import type {Bytes} from '../object-store/object-store.js';
import {StoreUnavailable} from '../object-store/errors.js';
import {ArchiveNames} from '../privacy/archive-names.js';
import {EXPORT_LIMITS} from '../privacy/routes.js';
import {getConfirmationLink} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';
import {parseSession, readZip} from './read-zip.js';

const exported = async (visitor: Visitor) => {
  const response = await fetch(`${visitor.url}/api/session/export`, {
    headers: visitor.credentials,
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {response, bytes, contents: response.ok ? readZip(bytes) : new Map<string, Buffer>()};
};

const audited = ({sql}: TestServer, uuid: string) =>
  sql<{metadata: object}[]>`
    select metadata from audit_logs
    where user_uuid = ${uuid} and event_type = 'data_exported'`;

t.test('GET /api/session/export', async (t) => {
  const server = await startServer(t);

  await t.test('of a complete session contains every row and every file', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.consent({ai_training: false});
    const pdfs = [makePdf(), makePdf(2_000), makePdf(70_000)];
    for (const pdf of pdfs) await visitor.upload(pdf, {name: 'Lebenslauf Zoë 🙂.pdf'});
    await visitor.contact('zora@example.com', 'Zora Zwiebelfisch');
    const link = getConfirmationLink(await server.mailbox.waitFor('zora@example.com'));
    await fetch(link, {method: 'POST'});
    await server.sql`
      insert into webhooks (id, site_key, url, events, key_id)
      values (gen_random_uuid(), 'demo', 'https://crm.example/secret-path', '{message.visitor}', '')`;
    const json = {client_id: 'm1', body: 'Frage'};
    await visitor.call('POST', '/api/messages', {json});
    await server.sql`
      insert into messages (session_uuid, client_id, role, body)
      select ${visitor.uuid}, i::text, 'visitor', 'Message ' || i from generate_series(1, 1200) i`;

    const {response, bytes, contents} = await exported(visitor);

    t.equal(response.headers.get('content-type'), 'application/zip');
    t.equal(
      response.headers.get('content-disposition'),
      `attachment; filename="maria-${visitor.uuid}.zip"`,
    );
    t.equal(response.headers.get('cache-control'), 'no-store');
    t.same(
      [...contents.keys()],
      [
        'Lebenslauf Zoë 🙂.pdf',
        'Lebenslauf Zoë 🙂 (2).pdf',
        'Lebenslauf Zoë 🙂 (3).pdf',
        'session.json',
      ],
    );
    t.same([...contents.values()].slice(0, 3), pdfs);
    const session = parseSession(contents);
    t.match(session, {
      uuid: visitor.uuid,
      visit: {state: 'session', site_key: 'demo'},
      session: {
        name: 'Zora Zwiebelfisch',
        email: 'zora@example.com',
        ip_address: '127.0.0.1',
        verified: true,
      },
      consents: [
        {purpose: 'personal_data', decision: 'granted', wording: /May we use/},
        {purpose: 'ai_training', decision: 'refused', wording: /May we use/},
      ],
      verifications: [{address: 'zora@example.com'}],
    });
    const files = session['files'] as {archived_as: string}[];
    t.same(files.map((file) => file.archived_as).sort(), [...contents.keys()].slice(0, 3).sort());
    const messages = session['messages'] as {body: string}[];
    t.same([messages.length, messages.at(-1)?.body], [1201, 'Message 1200']);
    const events = session['events'] as {type: string}[];
    t.same(
      events.map(({type}) => type),
      [
        ...pdfs.map(() => 'file_upload_complete'),
        ...['session_state', 'email_verified', 'session_state', 'message_created'],
      ],
    );
    t.same(session['answers'], []);
    t.match(session['turns'], [{state: 'queued', outcome: null}]);
    t.match(session['webhook_deliveries'], [{event: 'message.visitor'}]);
    t.notOk(bytes.includes('secret-path'), 'the owner’s webhook URL is not exported');
    const trail = session['audit_logs'] as {event_type: string}[];
    t.ok(trail.some((row) => row.event_type === 'email_verified'));
    t.same(await audited(server, visitor.uuid), [{metadata: {by: 'visitor'}}]);

    const [, id = '', mac = ''] = /verify\/([^.]+)\.(.+)$/.exec(link) ?? [];
    const [row] = await server.sql<{hash: string}[]>`
      select encode(token_hash, 'hex') as hash from visits where uuid = ${visitor.uuid}`;
    for (const secret of [visitor.token, row?.hash ?? '', id, mac]) {
      t.ok(secret.length > 30 && !bytes.includes(secret), 'the export contains no credentials');
    }
  });

  await t.test('of a pending session, a visit, and a visit before its first change', async (t) => {
    const fresh = await Visitor.arrive(server.url);
    const before = parseSession((await exported(fresh)).contents);
    t.match(before, {visit: null, session: null, files: [], consents: []});

    await fresh.consent({personal_data: true});
    await fresh.upload(makePdf(), {name: 'cv.pdf'});
    const visit = await exported(fresh);
    t.same([...visit.contents.keys()], ['cv.pdf', 'session.json']);
    t.match(parseSession(visit.contents), {visit: {state: 'open'}, session: null});

    await fresh.contact('pending@example.com');
    const pending = parseSession((await exported(fresh)).contents);
    t.match(pending, {session: {email: 'pending@example.com', verified: false}});
  });

  await t.test('requires the token, and a session that still exists', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const stranger = new Visitor(
      server.url,
      visitor.uuid,
      (await Visitor.arrive(server.url)).token,
    );
    t.equal((await exported(stranger)).response.status, 401);
    await visitor.call('DELETE', '/api/session');
    t.equal((await exported(visitor)).response.status, 410);
    t.equal((await audited(server, visitor.uuid)).length, 0);
  });

  await t.test('reports a missing object and contains the other files', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const {body} = await visitor.upload(makePdf(), {name: 'lost.pdf'});
    await visitor.upload(makePdf(), {name: 'kept.pdf'});
    await server.objects.delete([`uploads/${visitor.uuid}/${body.file.id}.pdf`]);

    const {contents} = await exported(visitor);

    t.same([...contents.keys()], ['kept.pdf', 'session.json']);
    const files = parseSession(contents)['files'] as {file_name: string; missing?: boolean}[];
    t.same(files.map((file) => [file.file_name, file.missing]).sort(), [
      ['kept.pdf', undefined],
      ['lost.pdf', true],
    ]);
  });
});

t.test('is 503 if the store is unavailable, and is cut if it fails later', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf(500_000));
  const away = () => Promise.reject(new StoreUnavailable('head', new Error('away')));

  const head = server.objects.head.bind(server.objects);
  const get = server.objects.get.bind(server.objects);
  server.objects.head = away;
  t.equal((await exported(visitor)).response.status, 503);
  server.objects.head = head;
  server.objects.get = async (...args) => broken(await get(...args));
  await t.rejects(exported(visitor));
});

t.test('an archive that fails on the way is cut and reported to the operator', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf());
  await server.sql`alter table messages rename to lost`;

  await t.rejects(exported(visitor), 'the reader sees that it is not whole');

  const getTrail = () => server.sql<{event: string; request: string | null}[]>`
    select event_type as event, metadata ->> 'request_id' as request from audit_logs
    where user_uuid = ${visitor.uuid} and event_type in ('data_exported', 'error') order by id`;
  await until(async () => (await getTrail()).length === 2);
  const [begun, broken] = await getTrail();
  t.same([begun?.event, broken?.event], ['data_exported', 'error']);
  t.match(
    server.logLines.filter(({level}) => level === 50),
    [{req: broken?.request, code: 'internal', err: {code: '42P01'}}],
  );
  server.sender.wake();
  const {text} = await server.mailbox.waitFor('operator@example.com');
  t.match(text, new RegExp(`Request ${broken?.request ?? ''} failed`));
});

t.test('a client that disconnects ends the reading of the store', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf());
  let signal: AbortSignal | undefined;
  server.objects.get = async (_key, given) => {
    signal = given;
    return endless();
  };

  const response = await fetch(`${server.url}/api/session/export`, {headers: visitor.credentials});
  await until(() => signal !== undefined);
  t.notOk(signal?.aborted);
  await response.body?.cancel();

  await until(() => signal?.aborted === true);
  t.same(
    server.logLines.filter(({level}) => Number(level) >= 50),
    [],
    'no error is logged',
  );
});

/** Sends a request and reads only the status of the response. */
const openUnread = async (t: Test, url: string, headers: Record<string, string> = {}) => {
  const {hostname, port, pathname, search} = new URL(url);
  const socket = connect(Number(port), hostname);
  t.teardown(() => socket.destroy());
  socket.on('error', () => undefined);
  const fields = Object.entries({host: `${hostname}:${port}`, ...headers});
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`);
  await once(socket, 'readable');
  const head = (socket.read(12) as Buffer).toString('latin1');
  return {socket, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1])};
};

const openUnreadExport = (t: Test, {url, credentials}: Visitor, client = '192.0.2.1') =>
  openUnread(t, `${url}/api/session/export`, {...credentials, 'x-forwarded-for': client});

/**
 * Starts a server whose exports never end, and returns functions that create visitors and request
 * exports.
 */
const endlessExports = async (t: Test) => {
  const server = await startServer(t, {settings: {TRUST_PROXY: '127.0.0.1,::1'}});
  const pulled = {bytes: 0};
  server.objects.get = async (_key, signal) => counted(endless(), pulled, signal);
  const visitor = async () => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());
    return visitor;
  };
  const open: Socket[] = [];
  const ask = async (visitor: Visitor, client?: string) => {
    const {socket, status} = await openUnreadExport(t, visitor, client);
    if (status === 200) open.push(socket);
    return status;
  };
  return {server, visitor, ask, open, pulled};
};

t.test('a session and a client network have a limit of concurrent exports', async (t) => {
  const {server, visitor, ask, open} = await endlessExports(t);
  const {perSession, perClient} = EXPORT_LIMITS;
  const one = await visitor();

  for (let i = 0; i < perSession; i++) t.equal(await ask(one), 200);
  const response = await fetch(`${server.url}/api/session/export`, {headers: one.credentials});
  t.equal(response.status, 503);
  t.match(response.headers.get('retry-after'), /^\d+$/);
  await response.body?.cancel();
  for (let i = perSession; i < perClient; i++) t.equal(await ask(await visitor()), 200);
  t.equal(await ask(await visitor()), 503);
  t.equal(await ask(await visitor(), '192.0.2.2'), 200);

  open[0]?.destroy();
  await until(async () => (await ask(one)) === 200);
});

t.test('512 unread exports block no upload and use no memory', async (t) => {
  const {server, visitor, ask, open, pulled} = await endlessExports(t);
  const visitors = await Promise.all(Array.from({length: 32}, visitor));
  const statuses = new Map<number, number>();
  const waiting = Array.from({length: 512}, (_, i) => i);
  const askAll = async () => {
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      const status = await ask(visitors[i % visitors.length] as Visitor, `192.0.2.${i % 200}`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };

  await Promise.all(Array.from({length: 8}, askAll));

  const {total} = EXPORT_LIMITS;
  t.same([...statuses].sort(), [
    [200, total],
    [503, 512 - total],
  ]);
  let before = -1;
  await until(() => {
    const isStill = before === pulled.bytes;
    before = pulled.bytes;
    return isStill;
  });
  // The buffers of the kernel contain a few megabytes of each export.
  t.ok(pulled.bytes < total * 16_000_000, `${pulled.bytes} bytes were read ahead`);
  t.equal((await (await visitor()).upload(makePdf())).status, 201);
  t.equal((await fetch(`${server.url}/readyz`)).status, 200);
  for (const socket of open) socket.destroy();
  await until(async () => (await ask(visitors[0] as Visitor)) === 200);
});

t.test('an export whose client stops reading is aborted and releases its slot', async (t) => {
  const pace = {minBytesPerSecond: 8_192, windowMs: 500, maxMs: 60_000};
  const server = await startServer(t, {deps: {downloadPace: pace}});
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf());
  let signal: AbortSignal | undefined;
  server.objects.get = async (_key, given) => {
    signal = given;
    return endless();
  };

  const {socket, status} = await openUnreadExport(t, visitor);
  t.equal(status, 200);

  await until(() => signal?.aborted === true);
  const closed = once(socket, 'close');
  socket.resume();
  await closed;
  t.ok(server.logLines.some(({msg}) => /read too slowly/.test(String(msg))));
  t.same(
    server.logLines.filter(({level}) => Number(level) >= 50),
    [],
  );
});

t.test('an export that is read steadily is not aborted', async (t) => {
  const pace = {minBytesPerSecond: 8_192, windowMs: 300, maxMs: 60_000};
  const server = await startServer(t, {deps: {downloadPace: pace}});
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf());
  server.objects.get = async () => endless();

  const {socket} = await openUnreadExport(t, visitor);
  let bytes = 0;
  for await (const chunk of socket) {
    bytes += (chunk as Buffer).length;
    if (bytes > 30_000_000) break;
  }

  t.ok(bytes > 30_000_000);
});

t.test('a download from the disk whose client stops reading is aborted', async (t) => {
  const pace = {minBytesPerSecond: 8_192, windowMs: 500, maxMs: 60_000};
  const server = await startServer(t, {deps: {downloadPace: pace}});
  const visitor = await Visitor.consenting(server.url);
  const {body} = await visitor.upload(makePdf());
  let signal: AbortSignal | undefined;
  server.objects.get = async (_key, given) => {
    signal = given;
    return endless();
  };
  server.objects.head = async () => ({size: 1e9});
  const {body: link} = await visitor.call<{url: string}>(
    'GET',
    `/api/files/download/${body.file.id}`,
  );

  const {status} = await openUnread(t, link.url);
  t.equal(status, 200);

  await until(() => signal?.aborted === true);
});

t.test('a download from the disk can last longer than the time limit for its start', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const {body} = await visitor.upload(makePdf(2_000));
  const chunks = [Buffer.alloc(1_000, 'a'), Buffer.alloc(1_000, 'b')];
  server.objects.get = async () => withPause(chunks, RESPONSE_MS + 1_000);

  const {bytes} = await visitor.download(body.file.id);

  t.ok(bytes.equals(Buffer.concat(chunks)));
});

t.test('the export has a rate limit', async (t) => {
  const server = await startServer(t, {settings: {RATE_LIMIT_PER_MINUTE: '2'}});
  const visitor = await Visitor.arrive(server.url);

  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await exported(visitor)).response.status);

  t.same(statuses, [200, 200, 429]);
});

t.test('names in an archive', async (t) => {
  const names = new ArchiveNames('session.json');
  for (const [wanted, given] of [
    ['a.pdf', 'a.pdf'],
    ['A.pdf', 'A (2).pdf'],
    ['a (2).pdf', 'a (2) (2).pdf'],
    ['session.json', 'session (2).json'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\x.pdf', 'C__x.pdf'],
    ['CON.pdf', '_CON.pdf'],
    ['...', 'document.pdf'],
    ['سيرة.pdf', 'سيرة.pdf'],
  ] as const) {
    t.equal(names.assign(wanted), given);
  }
  const long = `${'ä'.repeat(125)}.pdf`;
  names.assign(long);
  const second = names.assign(long);
  t.match(second, / \(2\)\.pdf$/);
  t.ok(Buffer.byteLength(second) <= 255);
});

async function* broken(bytes: Bytes | undefined): AsyncGenerator<Uint8Array> {
  let seenBytes = 0;
  for await (const chunk of bytes ?? []) {
    seenBytes += chunk.length;
    if (seenBytes > 200_000) throw new StoreUnavailable('get', new Error('cut'));
    yield chunk;
  }
}

async function* counted(bytes: Bytes, pulled: {bytes: number}, signal: AbortSignal): Bytes {
  for await (const chunk of bytes) {
    if (signal.aborted) return;
    pulled.bytes += chunk.length;
    yield chunk;
  }
}

async function* withPause(chunks: Buffer[], ms: number): Bytes {
  for (const chunk of chunks) {
    yield chunk;
    await sleep(ms);
  }
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    await new Promise(setImmediate);
    yield Buffer.alloc(65_536);
  }
}
