import t from 'tap';

import type {Bytes} from '../object-store/object-store.js';
import {StoreUnavailable} from '../object-store/errors.js';
import {ArchiveNames} from '../privacy/archive-names.js';
import {linkIn} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';
import {sessionIn, zipContents} from './zip-contents.js';

const exported = async (visitor: Visitor) => {
  const response = await fetch(`${visitor.url}/api/session/export`, {
    headers: visitor.credentials,
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {response, bytes, contents: response.ok ? zipContents(bytes) : new Map<string, Buffer>()};
};

const audited = ({sql}: TestServer, uuid: string) =>
  sql<{metadata: object}[]>`
    select metadata from audit_logs
    where user_uuid = ${uuid} and event_type = 'data_exported'`;

t.test('GET /api/session/export', async (t) => {
  const server = await startServer(t);

  await t.test('of a complete session holds every row and every file', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.consent({ai_training: false});
    const pdfs = [makePdf(), makePdf(2_000), makePdf(70_000)];
    for (const pdf of pdfs) await visitor.upload(pdf, {name: 'Lebenslauf Zoë 🙂.pdf'});
    await visitor.contact('zora@example.com', 'Zora Zwiebelfisch');
    const link = linkIn(await server.mailbox.waitFor('zora@example.com'));
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
    const session = sessionIn(contents);
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
    t.match(session['answers'], [{state: 'queued', outcome: null}]);
    t.match(session['webhook_deliveries'], [{event: 'message.visitor'}]);
    t.notOk(bytes.includes('secret-path'), 'where the owner is told concerns nobody else');
    const trail = session['audit_logs'] as {event_type: string}[];
    t.ok(trail.some((row) => row.event_type === 'email_verified'));
    t.same(await audited(server, visitor.uuid), [{metadata: {by: 'visitor'}}]);

    const [, id = '', mac = ''] = /verify\/([^.]+)\.(.+)$/.exec(link) ?? [];
    const [row] = await server.sql<{hash: string}[]>`
      select encode(token_hash, 'hex') as hash from visits where uuid = ${visitor.uuid}`;
    for (const secret of [visitor.token, row?.hash ?? '', id, mac]) {
      t.ok(secret.length > 30 && !bytes.includes(secret), 'nothing in it opens anything');
    }
  });

  await t.test('of a pending session, a visit, and one before its first change', async (t) => {
    const fresh = await Visitor.arrive(server.url);
    const before = sessionIn((await exported(fresh)).contents);
    t.match(before, {visit: null, session: null, files: [], consents: []});

    await fresh.consent({personal_data: true});
    await fresh.upload(makePdf(), {name: 'cv.pdf'});
    const visit = await exported(fresh);
    t.same([...visit.contents.keys()], ['cv.pdf', 'session.json']);
    t.match(sessionIn(visit.contents), {visit: {state: 'open'}, session: null});

    await fresh.contact('pending@example.com');
    const pending = sessionIn((await exported(fresh)).contents);
    t.match(pending, {session: {email: 'pending@example.com', verified: false}});
  });

  await t.test('is for the holder of the token, while the session lives', async (t) => {
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

  await t.test('names a file whose object is missing, and brings the others', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const {body} = await visitor.upload(makePdf(), {name: 'lost.pdf'});
    await visitor.upload(makePdf(), {name: 'kept.pdf'});
    await server.objects.delete([`uploads/${visitor.uuid}/${body.file.id}.pdf`]);

    const {contents} = await exported(visitor);

    t.same([...contents.keys()], ['kept.pdf', 'session.json']);
    const files = sessionIn(contents)['files'] as {file_name: string; missing?: boolean}[];
    t.same(files.map((file) => [file.file_name, file.missing]).sort(), [
      ['kept.pdf', undefined],
      ['lost.pdf', true],
    ]);
  });
});

t.test('a store that is away is a 503, one that fails on the way cuts the archive', async (t) => {
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

t.test('an archive that breaks on the way is cut, and the operator hears of it', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf());
  await server.sql`alter table messages rename to lost`;

  await t.rejects(exported(visitor), 'the reader sees that it is not whole');

  const trail = () => server.sql<{event: string; request: string | null}[]>`
    select event_type as event, metadata ->> 'request_id' as request from audit_logs
    where user_uuid = ${visitor.uuid} and event_type in ('data_exported', 'error') order by id`;
  await until(async () => (await trail()).length === 2);
  const [begun, broken] = await trail();
  t.same([begun?.event, broken?.event], ['data_exported', 'error']);
  t.match(
    server.logged.filter(({level}) => level === 50),
    [{req: broken?.request, code: 'internal', err: {code: '42P01'}}],
  );
  server.sender.wake();
  const {text} = await server.mailbox.waitFor('operator@example.com');
  t.match(text, new RegExp(`Request ${broken?.request ?? ''} failed`));
});

t.test('a reader that leaves ends the reading of the store', async (t) => {
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
    server.logged.filter(({level}) => Number(level) >= 50),
    [],
    'which is nobody’s fault',
  );
});

t.test('the export has the limit of its kind', async (t) => {
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
    t.equal(names.take(wanted), given);
  }
  const long = `${'ä'.repeat(125)}.pdf`;
  names.take(long);
  const second = names.take(long);
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

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    await new Promise(setImmediate);
    yield Buffer.alloc(65_536);
  }
}
